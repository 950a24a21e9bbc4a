"""Cohort triangles (METRICS.md 1.9): what is left of those who first paid in the same month.

Offset 0 is the first paid day itself, offset k the end of the k-th month after it. A cell whose month is not over
is None.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext

from churn.rates import PRECISION

MEASURES = ("logo", "grr", "nrr")


@dataclass(frozen=True)
class CohortMonth:
    """What changed in one month of one cohort; `unpriced` changes have no value."""

    cohort: date
    month: date
    customers: int
    size: int
    initial: Decimal
    delta: Decimal
    capped: Decimal
    unpriced: int


@dataclass(frozen=True)
class CohortRow:
    """`base` is what 100 % stands for: customers, or their MRR on the first paid day."""

    cohort: date
    size: int
    base: Decimal
    cells: list[Decimal | None]


@dataclass(frozen=True)
class Triangle:
    measure: str
    rows: list[CohortRow] = field(default_factory=list)
    averages: list[Decimal | None] = field(default_factory=list)

    @property
    def width(self) -> int:
        return max((len(row.cells) for row in self.rows), default=0)


def months_between(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month


def triangle(measure: str, changes: Iterable[CohortMonth], open_month: date) -> Triangle:
    """Rows up to the last month that is over, with averages weighted by what each row's 100 % stands for."""
    by_cohort: dict[date, list[CohortMonth]] = defaultdict(list)
    for each in changes:
        by_cohort[each.cohort].append(each)
    with localcontext(prec=PRECISION):
        rows = [_row(measure, cohort, of, open_month) for cohort, of in sorted(by_cohort.items())]
        return Triangle(measure, rows, _averages(rows))


def _row(measure: str, cohort: date, changes: Sequence[CohortMonth], open_month: date) -> CohortRow:
    size = sum(each.size for each in changes)
    initial = sum((each.initial for each in changes), Decimal(0))
    base = Decimal(size) if measure == "logo" else initial
    steps: dict[int, CohortMonth] = {months_between(cohort, each.month): each for each in changes}
    finished = months_between(cohort, open_month) - 1  # the last offset whose month is over
    cells: list[Decimal | None] = [Decimal(1) if base else None]
    level, unknown = Decimal(0), measure != "logo" and any(each.unpriced for each in changes)
    for offset in range(max(finished, 0) + 1):
        step = steps.get(offset)
        if step is not None:
            level += _change(measure, step)
        if offset:
            cells.append(None if unknown or not base else level / base)
    if unknown:
        cells = [None] * len(cells)
    return CohortRow(cohort, size, base, cells)


def _change(measure: str, step: CohortMonth) -> Decimal:
    return {"logo": Decimal(step.customers), "grr": step.capped, "nrr": step.delta}[measure]


def _averages(rows: Sequence[CohortRow]) -> list[Decimal | None]:
    averages: list[Decimal | None] = []
    for offset in range(max((len(row.cells) for row in rows), default=0)):
        known = [
            (row.base, cell) for row in rows if offset < len(row.cells) and (cell := row.cells[offset]) is not None
        ]
        weight = sum((base for base, _ in known), Decimal(0))
        averages.append(sum((base * cell for base, cell in known), Decimal(0)) / weight if weight else None)
    return averages
