"""Invitations by e-mail: sent to many at once, good for fourteen days and for one person.

The token is derived from the row and the server's key when it is needed; the database holds its hash only.
"""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.jobs import enqueue
from accounts.models import Invitation, Membership, Role, User
from accounts.services.audit import record_audit
from accounts.tenancy.scope import current_tenant

VALID_FOR = timedelta(days=14)
AT_ONCE = 200
MAIL = "accounts.mail_invitation"


@dataclass
class Invited:
    """What became of each address."""

    sent: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def addresses_in(text: str) -> list[str]:
    """The addresses in pasted text, each once: separated by anything, with or without names and angle brackets."""
    parts = re.split(r"[\s,;]+", re.sub(r"[^<>,;\n]*<([^<>]*)>", r" \1 ", text))
    return list(dict.fromkeys(part.strip("\"'()").lower() for part in parts if part.strip("\"'()")))


def invite(addresses: Iterable[str], *, role: str, by: Membership) -> Invited:
    """Invite every address that can be; the others come back with the reason."""
    if role == Role.OWNER and by.role != Role.OWNER:
        raise PermissionDenied("only an owner invites owners")
    outcome = Invited()
    for email in list(addresses)[:AT_ONCE]:
        reason = _why_not(email)
        if reason:
            outcome.refused.append((email[:254], reason))
        else:
            _send(email, role, by)
            outcome.sent.append(email)
    outcome.refused += [(email[:254], _("More than 200 at once.")) for email in list(addresses)[AT_ONCE:]]
    return outcome


def resend(invitation: Invitation, *, by: Membership) -> None:
    """A new link for fourteen more days; the old one stops working."""
    if invitation.accepted_at or invitation.revoked_at:
        raise ValidationError(_("This invitation is no longer open."), "closed")
    _send(invitation.email, invitation.role, by)


def revoke(invitation: Invitation) -> bool:
    """True for the call that closed it."""
    open_row = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None)
    closed = bool(open_row.update(revoked_at=timezone.now()))
    if closed:
        record_audit("invitation.revoked", invitation, before={"email": invitation.email, "role": invitation.role})
    return closed


def find_invitation(token: str) -> Invitation | None:
    """The open invitation this token belongs to, in the tenant in scope."""
    return Invitation.objects.open(timezone.now()).filter(token_hash=_hash(token)).first()


def accept(invitation: Invitation, user: User) -> Membership | None:
    """The membership it gives; None when somebody was quicker or it has just closed.

    A person who is new is saved along with it, and the address counts as proven: the link came by mail.
    """
    now = timezone.now()
    if not Invitation.objects.open(now).filter(pk=invitation.pk).update(accepted_at=now):
        return None
    if user._state.adding:
        user.save()
        user.vouch_for_address()
    membership, created = Membership.objects.get_or_create(user=user, defaults={"role": invitation.role})
    if not created and membership.removed_at:
        membership.removed_at, membership.role, membership.joined_at = None, invitation.role, now
        membership.save(update_fields=["removed_at", "role", "joined_at"])
    record_audit("member.joined", membership, after={"email": user.email, "role": membership.role})
    return membership


def token_of(invitation: Invitation) -> str:
    """The secret part of the link in the mail."""
    return _token(invitation.tenant.pk, invitation.email, invitation.expires_at)


def _why_not(email: str) -> str:
    try:
        validate_email(email)
    except ValidationError:
        return _("This is not an e-mail address.")
    if len(email) > 254:
        return _("This is not an e-mail address.")
    if Membership.objects.by_email(email).exists():
        return _("Is a member already.")
    if Invitation.objects.open(timezone.now()).filter(email=email).exists():
        return _("Is invited already.")
    return ""


def _send(email: str, role: str, by: Membership) -> Invitation:
    expires_at = timezone.now() + VALID_FOR
    values = {
        "role": role,
        "invited_by": by,
        "expires_at": expires_at,
        "token_hash": _hash(_token(current_tenant().pk, email, expires_at)),
    }
    invitation, created = Invitation.objects.update_or_create(
        email=email, accepted_at=None, revoked_at=None, defaults=values
    )
    action = "invitation.sent" if created else "invitation.resent"
    record_audit(action, invitation, after={"email": email, "role": role, "expires_at": expires_at})
    enqueue(MAIL, key=f"{invitation.pk}:{expires_at:%Y%m%d%H%M%S%f}", payload={"invitation": str(invitation.pk)})
    return invitation


def _token(tenant_id: int, email: str, expires_at: datetime) -> str:
    said = f"{tenant_id}:{email}:{expires_at.timestamp():.6f}"
    digest = salted_hmac("accounts.invitation", said, algorithm="sha256").digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
