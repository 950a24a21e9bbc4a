"""A demo tenant from nothing, in the steps that a real one would take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.utils.crypto import salted_hmac
from django.utils.timezone import now

from accounts.jobs import enqueue_once
from accounts.models import Customer, Membership, Role, Tenant, User
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
        if not Customer.objects.exists():
            _fill(tenant, demo, say)
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
    """Health scores of the last twelve weeks, left to the workers so that nobody waits for them."""
    first = tenant.today() - timedelta(days=PAST_DAYS)
    enqueue_once("health.rebuild", key="demo", run_at=now(), payload={"from": first.isoformat(), "to": None})
