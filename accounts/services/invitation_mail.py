"""The mail with the link. Its Message-ID is the same however often a worker has to start again."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.jobs import job_handler
from accounts.models import Invitation, Job
from accounts.services.invitations import MAIL, token_of
from accounts.tenancy.scope import tenant_scope


@job_handler(MAIL, opens_own_scopes=True)
def mail_invitation(job: Job) -> None:
    """Nothing is sent for an invitation that was accepted, revoked or sent anew in the meantime."""
    with tenant_scope(job.tenant):
        invitation = (
            Invitation.objects.open(timezone.now())
            .select_related("tenant", "invited_by__user")
            .filter(pk=job.payload["invitation"])
            .first()
        )
    if invitation is not None and job.key == _key(invitation):
        with translation.override(invitation.tenant.language):
            _message(invitation).send()


def _key(invitation: Invitation) -> str:
    return f"{invitation.pk}:{invitation.expires_at:%Y%m%d%H%M%S%f}"


def _message(invitation: Invitation) -> EmailMessage:
    tenant = invitation.tenant
    link = settings.PUBLIC_URL + reverse("join", args=[tenant.slug, token_of(invitation)])
    context = {"invitation": invitation, "tenant": tenant, "link": link}
    host = urlsplit(settings.PUBLIC_URL).hostname
    return EmailMessage(
        subject=_("Join %(tenant)s on Perennial") % {"tenant": " ".join(tenant.name.split())},
        body=render_to_string("accounts/email/invitation.txt", context),
        to=[invitation.email],
        headers={"Message-ID": f"<invitation-{_key(invitation).replace(':', '-')}@{host}>"},
    )
