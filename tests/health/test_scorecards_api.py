"""Scorecards are written over the API; a change is a new version."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from accounts.models import Tenant
from tests.factories.api import Caller, make_caller
from tests.factories.health import ONE_GROUP


@pytest.fixture
def api(acme: Tenant) -> Caller:
    return make_caller(acme)


def card(**fields: Any) -> dict[str, Any]:
    return {"name": "Mine", "stage": "established", **deepcopy(ONE_GROUP), **fields}


def test_scorecard_reads_back_as_written(api: Caller) -> None:
    made = api.post("/scorecards", card(bands={"yellow": 40, "green": 80}))
    assert api.status == 201
    assert made["groups"][0]["measures"][0] == {
        "key": "logins",
        "weight": 1,
        "red": 0,
        "green": 100,
        "mid": None,
        "log": False,
        "fresh_days": None,
        "expire_days": None,
    }
    assert (made["stage"], made["version"], made["bands"]) == ("established", 1, {"yellow": 40, "green": 80})
    assert api.get(f"/scorecards/{made['id']}") == made


def test_change_publishes_a_version_and_keeps_the_old_one(api: Caller) -> None:
    made = api.post("/scorecards", card())
    changed = api.patch(f"/scorecards/{made['id']}", {"bands": {"yellow": 30, "green": 60}})
    assert (changed["version"], changed["groups"]) == (2, made["groups"])
    versions = api.get(f"/scorecards/{made['id']}/versions")["data"]
    assert [(v["version"], v["bands"]["green"]) for v in versions] == [(2, 60), (1, 75)]


def test_same_content_publishes_nothing(api: Caller) -> None:
    made = api.post("/scorecards", card())
    assert api.patch(f"/scorecards/{made['id']}", {"groups": made["groups"]})["version"] == 1


def test_bulk_says_what_is_wrong_with_each_row(api: Caller) -> None:
    body = api.bulk("scorecards", card(external_id="a"), card(external_id="b", groups=[]))
    assert [row["status"] for row in body["results"]] == ["created", "failed"]
    assert body["results"][1]["errors"][0]["pointer"] == "/data/1/groups"
    assert api.bulk("scorecards", card(external_id="a"))["unchanged"] == 1


@pytest.mark.parametrize(
    ("pointer", "change"),
    [
        ("/groups/0/measures/0/green", {"green": 0}),
        ("/groups/0/measures/0/weight", {"weight": 0}),
        ("/groups/0/measures/0/weight", {"weight": "1e400"}),
        ("/groups/0/measures/0/red", {"red": "NaN"}),
        ("/groups/0/measures/0/mid", {"mid": 101}),
        ("/groups/0/measures/0/key", {"key": "a\x00"}),
        ("/groups/0/measures/0/expire_days", {"fresh_days": 5, "expire_days": 5}),
        ("/groups/0/measures/0/log", {"log": "yes"}),
        ("/groups/0/measures/0/shape", {"shape": 1}),
    ],
)
def test_fault_is_named(api: Caller, pointer: str, change: dict[str, Any]) -> None:
    body = card()
    body["groups"][0]["measures"][0] |= change
    api.post("/scorecards", body)
    assert api.status == 422 and pointer in api.codes()
    assert api.get("/scorecards")["data"] == []


@pytest.mark.parametrize("wrong", [7, "x", [1], [[]], {"a": 1}, None, [{"key": "g", "weight": 1, "measures": 3}]])
def test_groups_of_any_shape_are_refused(api: Caller, wrong: Any) -> None:
    api.post("/scorecards", card(groups=wrong))
    assert api.status == 422


def test_deleted_scorecard_is_out_of_use(api: Caller) -> None:
    made = api.post("/scorecards", card())
    api.delete(f"/scorecards/{made['id']}")
    assert api.status == 204
    api.get(f"/scorecards/{made['id']}")
    assert api.status == 404


def test_stranger_finds_no_scorecard(api: Caller, stranger: Caller) -> None:
    made = api.post("/scorecards", card())
    stranger.patch(f"/scorecards/{made['id']}", {"name": "Theirs"})
    assert stranger.status == 404
    assert api.get(f"/scorecards/{made['id']}")["name"] == "Mine"
