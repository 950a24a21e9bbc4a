from integrations.models.dead_letter import DeadLetter, Reason
from integrations.models.inbox import InboxPost

__all__ = ["DeadLetter", "InboxPost", "Reason"]
