from engagement.models.activity import CONTACTS_WITH_A_PERSON, Activity, ActivityKind
from engagement.models.task import Dismissal, Signal, Task

__all__ = ["CONTACTS_WITH_A_PERSON", "Activity", "ActivityKind", "Dismissal", "Signal", "Task"]
