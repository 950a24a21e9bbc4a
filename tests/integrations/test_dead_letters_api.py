from __future__ import annotations

from accounts.models import Tenant
from health.usage import event_types
from tests.factories.api import Caller
from tests.factories.events import basic, make_event, post, post_raw, settle


def test_refused_event_is_listed_with_its_reason(acme: Tenant, key: str, api: Caller) -> None:
    post(key, make_event(event=5, messageId="m5"))
    settle(acme)
    letter = api.get("/dead_letters")["data"][0]
    assert (letter["reason"], letter["message_id"]) == ("invalid", "m5")
    assert letter["detail"] == "Expected `str | null`, got `int` - at `$.event`"
    assert '"event": 5' in letter["payload"]


def test_replayed_event_is_counted_once_it_can_be(acme: Tenant, key: str, api: Caller) -> None:
    """Refused for its time, which by now is no longer far ahead."""
    post(key, make_event(timestamp="2099-01-01T00:00:00Z"))
    settle(acme)
    letter = api.get("/dead_letters")["data"][0]
    assert api.post(f"/dead_letters/{letter['id']}/replay", None) == {"replayed": True}
    assert api.post(f"/dead_letters/{letter['id']}/replay", None) == {"replayed": False}
    settle(acme)
    assert [each["reason"] for each in api.get("/dead_letters?replayed=false")["data"]] == ["out_of_range"]
    assert api.get("/dead_letters?replayed=true")["data"][0]["id"] == letter["id"]


def test_hopeless_event_cannot_be_replayed(acme: Tenant, key: str, api: Caller) -> None:
    post_raw(b'{"batch": [{"type": "track", "event": "\\ud800"}]}', basic(key))
    letter = api.get("/dead_letters")["data"][0]
    api.post(f"/dead_letters/{letter['id']}/replay", None)
    assert (letter["reason"], api.status) == ("bad_text", 422)


def test_other_tenants_letters_are_not_there(acme: Tenant, key: str, api: Caller, stranger: Caller) -> None:
    post(key, make_event(event=5))
    settle(acme)
    letter = api.get("/dead_letters")["data"][0]
    assert stranger.get("/dead_letters")["data"] == []
    stranger.post(f"/dead_letters/{letter['id']}/replay", None)
    assert stranger.status == 404


def test_slug_is_what_names_have_in_common() -> None:
    assert {event_types.slug(name) for name in ["Report Exported", "report_exported", "report-exported "]} == {
        "report_exported"
    }
