from tests.queue import kinds

__all__ = ["kinds"]
