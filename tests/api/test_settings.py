from __future__ import annotations

from accounts.models import DomainEvent, Tenant
from accounts.tenancy.scope import tenant_scope
from tests.factories.api import Caller, make_caller


def test_settings_and_switches_are_changed_together(acme: Tenant, api: Caller) -> None:
    answer = api.patch("/settings", {"timezone": "Europe/Oslo", "currency": "nok", "policies": {"past_due_days": 14}})
    assert (answer["timezone"], answer["currency"], answer["policies"]["past_due_days"]) == ("Europe/Oslo", "NOK", 14)
    assert api.get("/settings") == answer
    with tenant_scope(acme):
        fields = [
            event.payload["fields"] for event in DomainEvent.objects.filter(kind="settings.changed").order_by("id")
        ]
    assert fields == [["currency", "timezone"], ["past_due_days"]]


def test_nothing_is_saved_when_one_value_is_wrong(api: Caller) -> None:
    before = api.get("/settings")
    api.patch("/settings", {"week_start": 7, "policies": {"pause": "maybe", "colour": 1}})
    assert (api.status, set(api.codes())) == (422, {"/policies/pause", "/policies/colour"})
    api.patch("/settings", {"timezone": "Mars/Olympus", "currency": None, "week_start": 8, "name": ""})
    assert set(api.codes()) == {"/timezone", "/currency", "/week_start", "/name"}
    for policies in ([], "x", None, 1):
        api.patch("/settings", {"policies": policies})
        assert api.status == 422
    assert api.get("/settings") == before


def test_settings_need_the_admin_scope(acme: Tenant) -> None:
    caller = make_caller(acme, "read", "write")
    caller.get("/settings")
    read = caller.status
    caller.patch("/settings", {"week_start": 7})
    assert (read, caller.status) == (403, 403)
