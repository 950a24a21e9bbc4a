"""What happens to members: roles change, ownership moves on, people leave. A tenant always keeps an owner."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.events import record_event
from accounts.models import Customer, Membership, Role
from accounts.services.audit import record_audit


def change_role(membership: Membership, role: str, *, by: Membership) -> Membership:
    """Give the member another role. Only owners make owners or touch them; the last owner stays one."""
    membership = _guarded(membership, by=by)
    if role == Role.OWNER and by.role != Role.OWNER:
        raise PermissionDenied("only an owner makes owners")
    if membership.role == role:
        return membership
    if membership.role == Role.OWNER:
        _keep_an_owner(membership)
    before, membership.role = membership.role, Role(role)
    membership.save(update_fields=["role"])
    record_audit("member.role_changed", membership, before={"role": before}, after={"role": role})
    return membership


def transfer_ownership(*, to: Membership, by: Membership) -> None:
    """The member becomes an owner and the one who hands over becomes an admin, in one step."""
    if by.role != Role.OWNER or to.pk == by.pk:
        raise PermissionDenied("only an owner hands ownership over, to somebody else")
    change_role(to, Role.OWNER, by=by)
    change_role(by, Role.ADMIN, by=by)


def remove_member(membership: Membership, *, by: Membership, customers_to: Membership | None = None) -> int:
    """End the membership at once and hand its customers over; the number of customers handed over."""
    membership = _guarded(membership, by=by)
    if membership.role == Role.OWNER:
        _keep_an_owner(membership)
    membership.removed_at = timezone.now()
    membership.save(update_fields=["removed_at"])
    handed = _hand_over(membership, customers_to)
    record_audit(
        "member.removed",
        membership,
        before={"role": membership.role},
        after={"customers": handed, "customers_to": str(customers_to) if customers_to else None},
    )
    return handed


def change_title(membership: Membership, title: str) -> None:
    """What stands under the member's name."""
    before, membership.title = membership.title, title
    if before != title:
        membership.save(update_fields=["title"])
        record_audit("member.title_changed", membership, before={"title": before}, after={"title": title})


def _guarded(membership: Membership, *, by: Membership) -> Membership:
    """The row as it is now, locked together with all owners, so that two changes cannot leave none."""
    rows = Membership.objects.active().select_for_update(of=("self",)).select_related("user").order_by("pk")
    locked = {row.pk: row for row in rows.filter(role=Role.OWNER)}
    current = locked.get(membership.pk) or rows.filter(pk=membership.pk).first()
    if current is None:
        raise ValidationError(_("This person has left the team."), "gone")
    if current.role == Role.OWNER and by.role != Role.OWNER:
        raise PermissionDenied("only an owner changes an owner")
    return current


def _keep_an_owner(membership: Membership) -> None:
    if not Membership.objects.with_role(Role.OWNER).exclude(pk=membership.pk).exists():
        raise ValidationError(_("A workspace needs an owner. Make somebody else owner first."), "last_owner")


def _hand_over(membership: Membership, to: Membership | None) -> int:
    ids = [str(pk) for pk in Customer.objects.of(membership).values_list("pk", flat=True)]
    if ids:
        Customer.objects.of(membership).update(csm=to, updated_at=timezone.now())
        record_event("customers.changed", customer_ids=ids)
    return len(ids)
