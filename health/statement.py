"""The score of all customers as one SELECT, written from the same plans that `health.scoring` computes with.

Each version is a branch of constants (`health.branch`) over shared inputs: one row per customer with every value
and age that some version asks for.
"""

from __future__ import annotations

from collections.abc import Sequence

from health.arithmetic import MISSING
from health.branch import Branch, Card
from health.sources.registry import Only, Source, source_of

COLUMNS = (
    "customer_id",
    "version_id",
    "rule",
    "score",
    "raw",
    "coverage",
    "band",
    "trend",
    "composition_changed",
    "cap",
    "override_id",
    "override_score",
    "reference_on",
    "reason",
    "x",
    "age",
    "points",
)

INPUTS = """
    SELECT c.id AS customer_id, CASE{cards} END AS card, o.id AS override_id, o.score AS override_score,
           b.points AS before_points, b.version_id AS before_version, {columns}
    FROM accounts_customer c
    {joins}
    LEFT JOIN health_healthoverride o ON o.customer_id = c.id AND o.created_at < %(known)s::timestamptz
         AND o.expires_on >= %(day)s::date AND (o.ended_at IS NULL OR o.ended_at >= %(known)s::timestamptz)
    LEFT JOIN health_snapshot b ON b.day = %(before)s::date AND b.customer_id = c.id
    WHERE c.stage <> 'churned'{only}"""


def scoring_sql(cards: Sequence[Card], fed: Source, *, some: bool, past: bool) -> str:
    """A SELECT of COLUMNS for every current customer that has a scorecard; `some` keeps it to %(ids)s.

    `past` works out what sources only keep for the newest day. Parameters: day, before (28 days earlier), until (the end of the day), known (what was on record by then),
    zone, fed (keys of the fed source), ids.
    """
    only: Only = _these if some else _everybody
    keys = list(dict.fromkeys(key for card in cards for key in card.plan.inputs))
    branches = [
        Branch(card, [keys.index(key) for key in card.plan.inputs], f"(SELECT * FROM inputs WHERE card = {i}) i")
        for i, card in enumerate(cards)
    ]
    union = "\nUNION ALL\n".join(branch.sql() for branch in branches)
    return f"WITH inputs AS MATERIALIZED ({_inputs(cards, keys, fed, only, past=past)})\n{union}"


def _these(column: str) -> str:
    return f" AND {column} = ANY(%(ids)s::uuid[])"


def _everybody(column: str) -> str:
    return ""


def _inputs(cards: Sequence[Card], keys: Sequence[str], fed: Source, only: Only, *, past: bool) -> str:
    used = {s.name: s for key in keys for s in (source_of(key), fed if key in fed.facts else None) if s}
    joins = [f"LEFT JOIN ({s.on(only, past=past)}) {s.name} ON {s.name}.customer_id = c.id" for s in used.values()]
    return INPUTS.format(
        cards="".join(f" WHEN {_takes(card)} THEN {i}" for i, card in enumerate(cards)),
        columns=", ".join(_input(i, key, fed) for i, key in enumerate(keys)),
        joins="\n".join(joins),
        only=only("c.id"),
    )


def _takes(card: Card) -> str:
    """Whether the card takes the customer; the first that does wins."""
    stages = ", ".join(f"'{stage}'" for stage in card.stages)
    return f"c.stage IN ({stages})" if stages else "true"


def _input(i: int, key: str, fed: Source) -> str:
    """A fed value counts before what the product measures itself; without either the input is missing."""
    source = source_of(key)
    facts = [fact for fact in (fed.facts.get(key), source.facts[key] if source else None) if fact]
    if not facts:
        return f"0::bigint AS v{i}, {MISSING} AS a{i}"
    values = "".join(f" WHEN {f.is_known} THEN {f.millionths}" for f in facts)
    ages = "".join(f" WHEN {f.is_known} THEN greatest({f.age}, 0)" for f in facts)
    return f"CASE{values} ELSE 0 END::bigint AS v{i}, CASE{ages} ELSE {MISSING} END AS a{i}"
