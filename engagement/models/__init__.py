from engagement.models.activity import CONTACTS_WITH_A_PERSON, Activity, ActivityKind
from engagement.models.cadence import Cadence, CadenceStep, Enrolment, EnrolmentState, MailCategory, Trigger
from engagement.models.message import Message, MessageState, Suppression, SuppressionReason
from engagement.models.task import Dismissal, Signal, Task

__all__ = [
    "CONTACTS_WITH_A_PERSON",
    "Activity",
    "ActivityKind",
    "Cadence",
    "CadenceStep",
    "Dismissal",
    "Enrolment",
    "EnrolmentState",
    "MailCategory",
    "Message",
    "MessageState",
    "Signal",
    "Suppression",
    "SuppressionReason",
    "Task",
    "Trigger",
]
