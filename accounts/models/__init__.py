from accounts.models.api_key import ApiKey, Scope
from accounts.models.audit import AuditEntry
from accounts.models.choices import Band, Interval, Language, MailState, Role, Stage, SubscriptionStatus
from accounts.models.customer import Contact, Customer, CustomerStanding
from accounts.models.data_export import DataExport, ExportPart
from accounts.models.data_import import DataImport, ImportRow, ImportState, RowStatus
from accounts.models.idempotency import IdempotencyKey
from accounts.models.membership import Invitation, Membership
from accounts.models.queue import DomainEvent, Job, JobState, PumpBeat
from accounts.models.segment import SavedView, Segment
from accounts.models.subscription import FxRate, Subscription, SubscriptionChange
from accounts.models.tenant import Tenant
from accounts.models.user import User
from accounts.tenancy.models import TenantModel

__all__ = [
    "ApiKey",
    "AuditEntry",
    "Band",
    "Contact",
    "Customer",
    "CustomerStanding",
    "DataExport",
    "DataImport",
    "DomainEvent",
    "ExportPart",
    "FxRate",
    "IdempotencyKey",
    "ImportRow",
    "ImportState",
    "Interval",
    "Invitation",
    "Job",
    "JobState",
    "Language",
    "MailState",
    "Membership",
    "PumpBeat",
    "Role",
    "RowStatus",
    "SavedView",
    "Scope",
    "Segment",
    "Stage",
    "Subscription",
    "SubscriptionChange",
    "SubscriptionStatus",
    "Tenant",
    "TenantModel",
    "User",
]
