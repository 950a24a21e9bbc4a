"""Values that integrations and people feed: the newest observation that was on record by the end of the day."""

from __future__ import annotations

from collections.abc import Sequence

from health.sources.registry import Fact, Only, Source

NEWEST = """
    SELECT customer_id, {columns}
    FROM (
        SELECT DISTINCT ON (customer_id, measure) customer_id, measure, value,
               %(day)s::date - (observed_at AT TIME ZONE %(zone)s)::date AS age
        FROM health_measure_value
        WHERE measure = ANY(%(fed)s) AND observed_at < %(until)s::timestamptz
              AND recorded_at < %(known)s::timestamptz{only}
        ORDER BY customer_id, measure, observed_at DESC, recorded_at DESC
    ) newest
    GROUP BY customer_id"""


def fed_source(keys: Sequence[str]) -> Source:
    """A source made for the keys at hand; column names are numbers, since keys are free text."""
    columns = ", ".join(
        f"max(value) FILTER (WHERE measure = (%(fed)s)[{i}]) AS v{i}, "
        f"max(age) FILTER (WHERE measure = (%(fed)s)[{i}]) AS a{i}"
        for i in range(1, len(keys) + 1)
    )

    def relation(only: Only) -> str:
        return NEWEST.format(columns=columns, only=only("customer_id"))

    return Source("fed", relation, {key: Fact(f"fed.v{i}", f"fed.a{i}") for i, key in enumerate(keys, 1)})
