from __future__ import annotations

from tests.factories.api import Caller

TRIALS = {"field": "stage", "op": "eq", "value": "trial"}


def test_customers_of_a_segment(api: Caller) -> None:
    api.bulk("customers", {"external_id": "a", "name": "Alfa", "stage": "trial"}, {"external_id": "b", "name": "Beta"})
    made = api.post("/segments", {"external_id": "trials", "name": "Trials", "rule": {"all": [TRIALS]}})
    assert (api.status, made["rule"]) == (201, {"all": [TRIALS]})
    for reference in (made["id"], "external:trials"):
        assert [row["name"] for row in api.get(f"/customers?segment={reference}")["data"]] == ["Alfa"]
    assert api.get("/customers?segment=external:none")["data"] == []


def test_wrong_rule_is_named_by_pointer(api: Caller) -> None:
    api.post("/segments", {"name": "Odd", "rule": {"any": [TRIALS, {"field": "salary", "op": "eq", "value": 1}]}})
    assert (api.status, api.codes()) == (422, {"/rule/any/1/field": "unknown_field"})


def test_second_segment_of_a_name(api: Caller) -> None:
    api.post("/segments", {"name": "Trials", "external_id": "a"})
    api.post("/segments", {"name": "Trials", "external_id": "b"})
    assert (api.status, api.codes()) == (409, {"/name": "taken"})
    answer = api.bulk("segments", {"name": "Trials", "external_id": "b"}, {"name": "Others", "external_id": "c"})
    assert [result["status"] for result in answer["results"]] == ["failed", "created"]
    assert answer["results"][0]["errors"][0]["code"] == "conflict"


def test_strangers_segment_filters_nothing(api: Caller, stranger: Caller) -> None:
    stranger.post("/segments", {"name": "Everybody", "external_id": "all"})
    api.post("/customers", {"name": "Nordlys"})
    assert api.get("/customers?segment=external:all")["data"] == []
