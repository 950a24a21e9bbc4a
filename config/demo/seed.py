"""A demo tenant from nothing, in the steps that a real one would take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.utils.crypto import salted_hmac

from accounts.jobs import enqueue
from accounts.models import Customer, Membership, Role, Tenant, User
from accounts.services.draining import drain
from accounts.services.tenants import create_tenant
from accounts.tenancy.scope import tenant_scope
from config.demo import load
from config.demo.facts import Calendar
from config.demo.load_measures import load_measures
from config.demo.load_usage import load_usage
from config.demo.simulate import simulate

Say = Callable[[str], None]
PAST_DAYS = 84


@dataclass(frozen=True)
class Demo:
    slug: str
    name: str
    domain: str
    customers: int
    seed: int
    currency: str = "EUR"
    timezone: str = "Europe/Oslo"


MAIN = Demo("keystone", "Keystone", "keystone.example", 600, 2026)
SECOND = Demo("nimbus", "Nimbus", "nimbus.example", 40, 7, timezone="Europe/Warsaw")


def demo_password() -> str:
    """The same at every start of one installation, different in each installation."""
    return salted_hmac("perennial.demo", "password").hexdigest()[:12]


def seed(demo: Demo, say: Say) -> Tenant:
    """The tenant with everything in it; one that has customers already is left as it is."""
    tenant = Tenant.objects.filter(slug=demo.slug).first() or _create(demo)
    with tenant_scope(tenant):
        is_new = not Customer.objects.exists()
        if is_new:
            _fill(tenant, demo, say)
    if is_new:
        say(f"{demo.name}: working out revenue, usage and health")
        drain(1800)
        with tenant_scope(tenant):
            remember_past_days(tenant)
    return tenant


def _create(demo: Demo) -> Tenant:
    email = f"owner@{demo.domain}"
    owner = User.objects.filter(email=email).first() or User(email=email, name="Ingrid Solberg")
    if owner._state.adding:
        owner.set_password(demo_password())
    return create_tenant(slug=demo.slug, name=demo.name, owner=owner, timezone=demo.timezone, currency=demo.currency)


def _fill(tenant: Tenant, demo: Demo, say: Say) -> None:
    history = simulate(demo.customers, demo.seed)
    calendar = Calendar(tenant.today())
    say(f"{demo.name}: {demo.customers} customers")
    Tenant.objects.filter(pk=tenant.pk).update(is_demo=True)
    load.load_team(demo_password(), demo.domain)
    csms: list[Membership] = list(Membership.objects.with_role(Role.CSM).select_related("user").order_by("id"))
    ids = load.load_customers(history, calendar, csms)
    load.load_revenue(history, calendar, ids, demo.seed)
    load_usage(history, tenant, calendar, ids, demo.seed)
    load_measures(history, calendar, ids, demo.seed)
    load.load_talks(history, calendar, ids, csms, demo.seed)
    load.load_tasks(history, tenant, ids, csms)


def remember_past_days(tenant: Tenant) -> None:
    """Close some days of the past: one a week for a quarter, and each of the last week."""
    today = tenant.today()
    for back in sorted({*range(7, PAST_DAYS + 1, 7), *range(1, 7)}, reverse=True):
        day = today - timedelta(days=back)
        span = {"from": day.isoformat(), "to": (day + timedelta(days=1)).isoformat()}
        enqueue("health.rebuild", key=f"demo:{day}", payload=span)
