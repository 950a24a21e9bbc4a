"""One version's arithmetic as SQL: a pile of sub-selects, each computing from the columns of the one below.

OFFSET 0 keeps the planner from folding the layers, which would repeat every expression in all that use it.
Columns: e<i> effective weight and p<i> sub-score of measure i, b<i> its sub-score 28 days before; of group j:
w<j> its weight that is present, n<j> the weighted sum, g<j> its score, s<j> its share of coverage, t<j> and d<j>
weight and change of what is present at both dates, h<j> its trend; k<i> the contribution of measure i.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from health.arithmetic import ENOUGH_COVERAGE, MISSING, RULE_VERSION, UNIT, GroupPlan, Plan
from health.explanation import NEUTRAL
from health.sql_arithmetic import (
    big,
    is_wide,
    missing_sql,
    plus,
    quotient,
    ratio,
    signed_ratio,
    sub_score_sql,
    weight_sql,
)


@dataclass(frozen=True)
class Card:
    """A scorecard's version as it takes part in a run."""

    version_id: UUID
    stages: tuple[str, ...]
    plan: Plan
    cap_keys: tuple[str, ...]
    references: tuple[int, ...] = ()
    reference_on: str | None = None


KEPT = "customer_id, override_id, override_score, cap_limit, x, age, before_known, changed"


class Branch:
    """Writes the SELECT of one card; `columns[position]` names the value and age columns of its inputs."""

    def __init__(self, card: Card, columns: Sequence[int], source: str) -> None:
        self.card, self.plan, self.columns, self.source = card, card.plan, columns, source
        self.measures = list(enumerate(card.plan.measures))

    def sql(self) -> str:
        layers = [self._inputs, self._sums, self._groups, self._totals, self._scores, self._shown]
        query = self.source
        for layer in layers:
            query = f"(SELECT {', '.join(layer())} FROM {query} OFFSET 0) l"
        return f"SELECT {', '.join(self._result())} FROM {query}"

    def _groups_with_members(self) -> Iterator[tuple[int, GroupPlan, list[int]]]:
        start = 0
        for j, group in enumerate(self.plan.groups):
            yield j, group, list(range(start, start + len(group.measures)))
            start += len(group.measures)

    def _inputs(self) -> Iterator[str]:
        """The version's own inputs out of all, in its order."""
        same = f"before_version = '{self.card.version_id}'"
        yield "customer_id, override_id, override_score"
        yield f"ARRAY[{', '.join(f'v{c}' for c in self.columns)}]::bigint[] AS x"
        yield f"ARRAY[{', '.join(f'a{c}' for c in self.columns)}]::integer[] AS age"
        yield f"{self._cap_limit()} AS cap_limit"
        yield f"coalesce({same}, false) AS before_known, coalesce(NOT {same}, false) AS changed"
        wide = {i for _, group, members in self._groups_with_members() if is_wide(group) for i in members}
        for i, m in self.measures:
            column = self.columns[m.position]
            yield f"{weight_sql(m, f'a{column}', wide=i in wide)} AS e{i}"
            yield f"CASE WHEN {missing_sql(m, f'a{column}')} THEN {MISSING} ELSE {sub_score_sql(m, f'v{column}')} END AS p{i}"
            yield f"CASE WHEN {same} THEN before_points[{i + 1}] ELSE {MISSING} END AS b{i}"

    def _sums(self) -> Iterator[str]:
        yield KEPT
        yield f"ARRAY[{', '.join(f'p{i}' for i, _ in self.measures)}]::integer[] AS points"
        yield f"before_known AND ({' OR '.join(f'(p{i} < 0) <> (b{i} < 0)' for i, _ in self.measures)}) AS composition"
        for i, _ in self.measures:
            yield f"e{i}, p{i}"
        for j, group, members in self._groups_with_members():
            kind = "::numeric" if is_wide(group) else ""
            both = {m: f"CASE WHEN p{m} >= 0 AND b{m} >= 0 THEN e{m}{kind} ELSE 0 END" for m in members}
            yield f"{plus(f'e{m}' for m in members)} AS w{j}"
            yield f"{plus(f'e{m}{kind} * p{m}' for m in members)} AS n{j}"
            yield f"{plus(both[m] for m in members)} AS t{j}"
            yield f"{plus(f'{both[m]} * (p{m} - b{m})' for m in members)} AS d{j}"

    def _groups(self) -> Iterator[str]:
        yield f"{KEPT}, points, composition"
        for j, group, members in self._groups_with_members():
            wide = is_wide(group)
            kind = "::numeric" if wide else ""
            yield f"CASE WHEN w{j} > 0 THEN {ratio(f'n{j}', f'w{j}', wide=wide)} END AS g{j}"
            yield f"CASE WHEN t{j} > 0 THEN {signed_ratio(f'd{j}', f't{j}', wide=wide)} END AS h{j}"
            yield f"{quotient(f'w{j} * {UNIT}::bigint', group.full_weight, wide=wide)} AS s{j}"
            for m in members:
                away = f"{group.weight}::bigint * e{m}{kind} * (p{m} - {self._reference(m)})"
                yield f"CASE WHEN e{m} > 0 THEN ({away} / w{j})::bigint END AS k{m}"

    def _totals(self) -> Iterator[str]:
        groups = list(self._groups_with_members())
        yield f"{KEPT}, points, composition"
        yield f"{plus(f'{g.weight} * s{j}' for j, g, _ in groups)} AS covered"
        for score, total, weight in (("g", "raw_sum", "raw_weight"), ("h", "trend_sum", "trend_weight")):
            yield f"{plus(f'coalesce({g.weight} * {score}{j}, 0)' for j, g, _ in groups)} AS {total}"
            present = (f"CASE WHEN {score}{j} IS NULL THEN 0 ELSE {g.weight}::bigint END" for j, g, _ in groups)
            yield f"{plus(present)} AS {weight}"
        yield ", ".join(f"k{i}" for i, _ in self.measures)
        yield f"least({', '.join(f'k{i}' for i, _ in self.measures)}) AS worst"

    def _scores(self) -> Iterator[str]:
        yield f"{KEPT}, points, composition"
        yield f"CASE WHEN raw_weight > 0 THEN {ratio('raw_sum', 'raw_weight')} END AS raw"
        yield f"CASE WHEN trend_weight > 0 THEN {signed_ratio('trend_sum', 'trend_weight')} END AS trend"
        yield f"{quotient('covered', self.plan.weight * 100)} AS coverage"
        whens = "".join(f" WHEN k{i} = worst THEN '{m.key}'" for i, m in self.measures)
        yield f"CASE WHEN worst IS NULL OR worst >= 0 THEN NULL{whens} END AS culprit"
        yield f"CASE WHEN raw_weight > 0 THEN {signed_ratio('worst', f'(raw_weight * {UNIT})')} END AS loss"

    def _shown(self) -> Iterator[str]:
        capped = f"least(raw, coalesce(cap_limit, 100) * {big(UNIT)})"
        yield f"{KEPT}, points, composition, raw, trend, coverage, culprit, loss"
        yield (
            f"CASE WHEN override_score IS NOT NULL THEN override_score "
            f"WHEN raw IS NULL OR coverage < {ENOUGH_COVERAGE} THEN NULL "
            f"ELSE {quotient(quotient(capped, 100), 10_000)} END AS score"
        )
        yield f"CASE WHEN raw > cap_limit * {big(UNIT)} THEN {self._cap_index()} END AS cap"

    def _result(self) -> Iterator[str]:
        reference_on = f"'{self.card.reference_on}'::date" if self.card.reference_on else "NULL::date"
        yield f"customer_id, '{self.card.version_id}'::uuid AS version_id, {RULE_VERSION}::smallint AS rule"
        yield "score::smallint, raw::integer, coverage::integer"
        yield (
            f"CASE WHEN score IS NULL THEN 'unknown' WHEN score >= {self.plan.green} THEN 'green' "
            f"WHEN score >= {self.plan.yellow} THEN 'yellow' ELSE 'red' END AS band"
        )
        yield "trend::integer, changed OR composition AS composition_changed, cap::smallint"
        yield f"override_id, override_score, {reference_on} AS reference_on, {self._reason()} AS reason"
        yield "x, age, points"

    def _reference(self, measure: int) -> int:
        known = self.card.references[measure] if measure < len(self.card.references) else MISSING
        return NEUTRAL if known == MISSING else known

    def _cap_holds(self, position: int, above: int | None, below: int | None) -> str:
        column = self.columns[position]
        test = f"v{column} > {big(above)}" if above is not None else f"v{column} < {big(below or 0)}"
        return f"a{column} >= 0 AND {test}"

    def _cap_limit(self) -> str:
        limits = [
            f"CASE WHEN {self._cap_holds(cap.position, cap.above, cap.below)} THEN {cap.limit} END"
            for cap in self.plan.caps
        ]
        return f"least({', '.join(limits)})" if limits else "NULL::integer"

    def _cap_index(self) -> str:
        """The first rule that holds with the lowest limit; the values stand in the array by now."""
        if not self.plan.caps:
            return "NULL::integer"
        whens = []
        for i, cap in enumerate(self.plan.caps):
            at = cap.position + 1
            test = f"x[{at}] > {big(cap.above)}" if cap.above is not None else f"x[{at}] < {big(cap.below or 0)}"
            whens.append(f" WHEN cap_limit = {cap.limit} AND age[{at}] >= 0 AND {test} THEN {i}")
        return f"CASE{''.join(whens)} END"

    def _reason(self) -> str:
        """A code with its parameter, to be put into the reader's words: `<what>:<points>`."""
        caps = "".join(f" WHEN {i} THEN 'cap:{key}'" for i, key in enumerate(self.card.cap_keys))
        by_cap = f"CASE cap{caps} END" if caps else "NULL"
        return (
            "CASE WHEN override_score IS NOT NULL THEN 'override' WHEN score IS NULL THEN 'coverage' "
            f"WHEN cap IS NOT NULL THEN {by_cap} WHEN loss < 0 THEN culprit || ':' || loss ELSE '' END"
        )
