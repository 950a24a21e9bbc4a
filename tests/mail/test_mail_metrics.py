from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import Tenant
from accounts.tenancy.scope import tenant_scope
from engagement.models import Message
from tests.factories.api import make_caller
from tests.factories.engagement import make_message

pytestmark = pytest.mark.django_db


def test_counts_by_category(acme: Tenant, globex: Tenant) -> None:
    states = [("sent", "", "smtp")] * 3 + [("dead", "bounced", ""), ("unsure", "", "")]
    for tenant in (acme, globex):
        with tenant_scope(tenant):
            for state, reason, transport in states:
                mail = make_message()
                Message.objects.filter(pk=mail.pk).update(state=state, reason=reason, transport=transport)
    day = acme.today()
    found = make_caller(acme).get(f"/metrics/email?from={day}&to={day + timedelta(days=1)}")
    assert (found["sent"], found["bounced"], found["unsure"]) == (3, 1, 1)
    assert found["bounce_rate"] == {"value": "0.250000", "reason": None}
    assert found["open_rate"]["value"] is None
    assert [group["key"] for group in found["groups"]] == ["product"]
    assert found["is_partial"]


def test_nothing_is_not_zero(acme: Tenant) -> None:
    api = make_caller(acme)
    assert api.get("/metrics/email?from=2020-01-01&to=2020-02-01")["bounce_rate"]["reason"] == "no_data"
    api.get("/metrics/email?from=2020-01-01&to=2020-01-01")
    assert (api.status, list(api.codes())) == (400, ["?to"])
