"""The wire endpoint: who may send, what is answered, what is stored."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from accounts.models import ApiKey, Contact, Customer, Tenant
from accounts.tenancy.scope import tenant_scope
from health.usage import reader
from integrations.models import DeadLetter, InboxPost
from tests.factories.events import basic, make_event, make_write_key, post, post_raw, settle

pytestmark = pytest.mark.django_db
NOVEMBER = (date(2026, 11, 1), date(2026, 12, 1))


def usage(tenant: Tenant, external_id: str, event: str = "") -> list[tuple[date, int, int]]:
    with tenant_scope(tenant):
        customer = Customer.objects.get(external_id=external_id)
        return [(row.day, row.count, row.users) for row in reader.daily(customer.pk, *NOVEMBER, event=event)]


def test_events_of_a_batch_are_counted_for_their_customer(acme: Tenant, key: str) -> None:
    answer = post(key, make_event(), make_event(userId="u2"), make_event(userId="u2", event="Logged In"))
    settle(acme)
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert usage(acme, "acme-1", "Report Exported") == [(date(2026, 11, 10), 2, 2)]
    assert usage(acme, "acme-1") == [(date(2026, 11, 10), 3, 2)]


def test_message_that_comes_again_counts_once_whatever_its_time(acme: Tenant, key: str) -> None:
    event = make_event()
    post(key, event, event)
    post(key, event)
    settle(acme)
    post(key, {**event, "timestamp": "2026-10-01T00:00:00Z"})
    settle(acme)
    assert usage(acme, "acme-1") == [(date(2026, 11, 10), 1, 1)]


def test_other_tenant_may_use_the_same_message_id(acme: Tenant, globex: Tenant, key: str) -> None:
    event = make_event()
    post(key, event)
    post(make_write_key(globex), event)
    settle(acme)
    settle(globex)
    assert usage(acme, "acme-1") == usage(globex, "acme-1") == [(date(2026, 11, 10), 1, 1)]


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("call", ["track", "page", "screen", "identify", "group", "alias", "import", "batch"])
def test_every_call_is_taken_with_and_without_a_slash(acme: Tenant, key: str, call: str, slash: str) -> None:
    event = make_event(type=..., groupId="acme-1", previousId="old")
    body = {"batch": [make_event()]} if call in ("batch", "import") else event
    assert post_raw(json.dumps(body).encode(), basic(key), call=call + slash).status_code == 200
    with tenant_scope(acme):
        assert InboxPost.objects.count() == 1


def test_write_key_in_the_body_is_enough(acme: Tenant, key: str) -> None:
    body = json.dumps({"batch": [make_event()], "writeKey": key}).encode()
    assert post_raw(body, {}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Basic !!!"}, basic("prw_1_" + "x" * 43), basic("nonsense"), {"Authorization": "Bearer x"}],
)
def test_stranger_is_refused(acme: Tenant, headers: dict[str, str]) -> None:
    answer = post_raw(json.dumps({"batch": [make_event()]}).encode(), headers)
    assert answer.status_code == 401
    assert set(answer.json()) == {"code", "message"}


def test_keys_of_header_and_body_must_agree(acme: Tenant, globex: Tenant, key: str) -> None:
    assert post(key, make_event(), writeKey=make_write_key(globex)).status_code == 401
    assert post(key, make_event(), writeKey=key).status_code == 200


def test_gzip_is_unpacked(acme: Tenant, key: str) -> None:
    body = gzip.compress(json.dumps({"batch": [make_event()]}).encode())
    assert post_raw(body, {**basic(key), "Content-Encoding": "gzip"}).status_code == 200
    settle(acme)
    assert usage(acme, "acme-1") == [(date(2026, 11, 10), 1, 1)]


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (b"", "", 400),
        (b"{", "", 400),
        (b"[]", "", 400),
        (b"null", "", 400),
        (b'{"batch": 1}', "", 400),
        (b'{"batch": [{"a": NaN}]}', "", 400),
        (b'{"batch": [{"a": tru}]}', "", 400),
        (b'{"batch": [{"a": "\xff"}]}', "", 400),
        (b"\xff\xfe\x00", "", 400),
        (b'{"batch":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "", 200),
        (b"not gzip", "gzip", 400),
        (gzip.compress(b'{"batch": []}', mtime=0)[:-9], "gzip", 400),
        (gzip.compress(b" " * 50_000_000, mtime=0), "gzip", 413),
        (b'{"batch": ["' + b"x" * 1_100_000 + b'"]}', "", 413),
        (b"{}", "br", 400),
    ],
)
def test_bad_body_is_answered_with_code_and_message(
    acme: Tenant, key: str, body: bytes, encoding: str, status: int
) -> None:
    answer = post_raw(body, basic(key) | ({"Content-Encoding": encoding} if encoding else {}))
    assert answer.status_code == status
    assert status == 200 or set(answer.json()) == {"code", "message"}


BAD = [
    (b"null", "invalid"),
    (b"[]", "invalid"),
    (b'{"type": "track", "userId": "u", "event": 5}', "invalid"),
    (b'{"type": "track", "userId": "u", "event": "e", "properties": []}', "invalid"),
    (b'{"type": "jump", "userId": "u"}', "unknown_type"),
    (b'{"type": "track", "userId": "u"}', "missing_field"),
    (b'{"type": "track", "event": "e", "userId": null, "anonymousId": null}', "missing_field"),
    (b'{"type": "group", "userId": "u"}', "missing_field"),
    (b'{"type": "track", "userId": "u", "event": "' + b"e" * 201 + b'"}', "too_long"),
    (b'{"type": "track", "userId": "u", "event": "e", "properties": {"a": "' + b"x" * 40_000 + b'"}}', "too_large"),
    (b'{"type": "track", "userId": "u", "event": "a\\u0000b"}', "bad_text"),
    (b'{"type": "track", "userId": "u", "event": "e", "properties": {"\\u0000": 1}}', "bad_text"),
    (b'{"type": "track", "userId": "u", "event": "e", "properties": {"a": "\\ud800"}}', "bad_text"),
    (b'{"type": "track", "userId": "u", "event": "e", "properties": {"a": 1e999}}', "bad_number"),
    (b'{"type": "track", "userId": "u", "event": "e", "properties": {"a": ' + b"9" * 5000 + b"}}", "bad_number"),
    (b'{"type": "track", "userId": "u", "event": "e", "properties": ' + b'{"a":' * 900 + b"1" + b"}" * 901, "too_deep"),
    (
        b'{"type": "track", "userId": "u", "event": "e", "properties": ' + b'{"a":' * 5000 + b"1" + b"}" * 5001,
        "too_deep",
    ),
    (b'{"type": "track", "userId": "u", "event": "e", "timestamp": "yesterday"}', "bad_timestamp"),
    (b'{"type": "track", "userId": "u", "event": "e", "timestamp": 5}', "invalid"),
    (b'{"type": "track", "userId": "u", "event": "e", "timestamp": "0001-01-01T00:00:00Z"}', "out_of_range"),
    (b'{"type": "track", "userId": "u", "event": "e", "timestamp": "99999-01-01T00:00:00Z"}', "bad_timestamp"),
    (b'{"type": "track", "userId": "u", "event": "e", "timestamp": "2099-01-01T00:00:00Z"}', "out_of_range"),
]


@pytest.mark.parametrize(("bad", "reason"), BAD, ids=[f"{i}-{reason}" for i, (_, reason) in enumerate(BAD)])
def test_bad_event_is_set_aside_and_the_others_count(acme: Tenant, key: str, bad: bytes, reason: str) -> None:
    good = json.dumps(make_event()).encode()
    answer = post_raw(b'{"batch": [' + bad + b", " + good + b"]}", basic(key))
    assert answer.status_code == 200
    settle(acme)
    assert usage(acme, "acme-1") == [(date(2026, 11, 10), 1, 1)]
    with tenant_scope(acme):
        assert [letter.reason for letter in DeadLetter.objects.all()] == [reason]


def test_identify_and_group_make_contact_and_customer(acme: Tenant, key: str) -> None:
    traits = {"email": "ola@acme.example", "name": "Ola", "locale": "no-NO", "timezone": "Europe/Oslo", "plan": "pro"}
    identify = make_event(type="identify", event=..., context={"traits": traits})
    group = make_event(type="group", event=..., groupId="acme-1", traits={"name": "Acme AS", "employees": 40})
    post(key, identify, group)
    settle(acme)
    with tenant_scope(acme):
        contact = Contact.objects.get(external_id="u1")
        assert (contact.email, contact.name, contact.language) == ("ola@acme.example", "Ola", "nb")
        assert (contact.timezone, contact.traits["plan"]) == ("Europe/Oslo", "pro")
        assert (contact.customer.name, contact.customer.attributes) == ("Acme AS", {"name": "Acme AS", "employees": 40})
        assert contact.customer.standing.mrr_cents == 0


def test_contact_of_the_address_book_is_recognised_by_its_address(acme: Tenant, key: str) -> None:
    with tenant_scope(acme):
        known = Contact.objects.create(email="Ola@acme.example", name="Ola Nordmann")
    post(key, make_event(type="identify", event=..., traits={"email": "ola@acme.example"}))
    settle(acme)
    with tenant_scope(acme):
        assert Contact.objects.get(external_id="u1").pk == known.pk


def any_answer_has_cors(answer: Any) -> bool:
    return bool(answer["Access-Control-Allow-Origin"] == "*")


def test_browsers_may_ask_first(client: Any) -> None:
    answer = client.options("/v1/batch", headers={"Origin": "https://shop.example"})
    assert answer.status_code == 204
    assert any_answer_has_cors(answer)


def test_other_methods_are_refused(client: Any) -> None:
    answer = client.get("/v1/batch")
    assert (answer.status_code, set(answer.json())) == (405, {"code", "message"})


def test_revoked_key_is_refused(acme: Tenant, key: str) -> None:
    with tenant_scope(acme):
        ApiKey.objects.update(revoked_at="2026-01-01T00:00:00Z")
    assert post(key, make_event()).status_code == 401


def test_event_that_only_the_database_refuses_is_set_aside_alone(acme: Tenant, key: str) -> None:
    """A number that JSON readers take for zero, and that no column holds."""
    bad = json.dumps(make_event(messageId="bad", properties={"a": "NUMBER"})).replace('"NUMBER"', "1e-200000").encode()
    good = b", ".join(json.dumps(make_event()).encode() for _ in range(5))
    post(key, make_event())
    assert post_raw(b'{"batch": [' + good + b", " + bad + b", " + good + b"]}", basic(key)).status_code == 200
    settle(acme)
    assert usage(acme, "acme-1") == [(date(2026, 11, 10), 6, 1)]  # the same five stand on both sides
    with tenant_scope(acme):
        letter = DeadLetter.objects.get()
        assert (letter.reason, letter.message_id) == ("failed", "bad")


def test_clock_that_is_wrong_is_set_right(acme: Tenant, key: str) -> None:
    """Ten days behind by its own sentAt; a minute more or less is left alone."""
    now = datetime.now(UTC)
    behind = now - timedelta(days=10)
    post(key, make_event(timestamp=behind.isoformat()), sentAt=behind.isoformat())
    post(key, make_event(timestamp="2026-11-10T23:59:59Z"), sentAt=(now - timedelta(seconds=30)).isoformat())
    settle(acme)
    with tenant_scope(acme), connection.cursor() as cursor:
        cursor.execute("SELECT occurred_at, client_at FROM health_event ORDER BY client_at")
        (first, told), (second, _) = sorted(cursor.fetchall(), key=lambda row: row[0] != row[1], reverse=True)
    assert abs(first - now) < timedelta(seconds=60)
    assert told == behind
    assert second == datetime(2026, 11, 10, 23, 59, 59, tzinfo=UTC)
