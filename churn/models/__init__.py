from churn.models.ledger import RevenueLedger

__all__ = ["RevenueLedger"]
