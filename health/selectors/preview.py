"""What a scorecard not yet published would do to the customers it takes: computed for all of them, saved nowhere."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from accounts.charts import Part, StackedBar
from accounts.tenancy.scope import current_tenant
from accounts.ui.marks import tone_of
from health.arithmetic import make_plan
from health.branch import Card
from health.definition import Definition
from health.models import Scorecard
from health.run import cards_in_use, prepare
from health.wording import BANDS

DRAFT = UUID(int=0)
MOST = 10

# The statement runs once; both answers come from its rows.
PREVIEW = """
WITH after AS MATERIALIZED (SELECT customer_id, version_id, score, band FROM ({scoring}) s),
changed AS MATERIALIZED (
    SELECT c.id, c.name, st.health_score AS before, st.health_band AS band_before, a.score AS after, a.band,
           st.mrr_cents
    FROM after a
    JOIN accounts_customer c ON c.id = a.customer_id AND NOT c.is_test
    JOIN accounts_customerstanding st ON st.customer_id = a.customer_id
    WHERE a.version_id = %(draft)s::uuid
)
SELECT (SELECT jsonb_agg(b) FROM (SELECT band_before, band, count(*) AS n, sum(mrr_cents) AS mrr_cents
                                  FROM changed GROUP BY 1, 2) b),
       (SELECT jsonb_agg(m) FROM (SELECT id, name, before, band_before, after, band FROM changed
                                  WHERE before IS DISTINCT FROM after
                                  ORDER BY abs(coalesce(after, 50) - coalesce(before, 50)) DESC, mrr_cents DESC, id
                                  LIMIT {most}) m)"""


@dataclass(frozen=True)
class PreviewedChange:
    id: str
    name: str
    before: int | None
    band_before: str
    after: int | None
    band: str

    @property
    def change(self) -> int | None:
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True)
class Preview:
    cells: Sequence[dict[str, Any]]  # band before, band after, customers, MRR in minor units
    changes: Sequence[PreviewedChange]

    @property
    def customers(self) -> int:
        return sum(cell["n"] for cell in self.cells)

    @property
    def moved(self) -> int:
        """Customers whose band would change."""
        return sum(cell["n"] for cell in self.cells if cell["band"] != cell["band_before"])

    @property
    def before(self) -> StackedBar:
        return self._bar("band_before", _("Now"))

    @property
    def after(self) -> StackedBar:
        return self._bar("band", _("With the change"))

    def red_arr(self, side: str) -> Decimal:
        return sum((Decimal(c["mrr_cents"] or 0) for c in self.cells if c[side] == "red"), Decimal(0)) * 12 / 100

    @property
    def red_arr_before(self) -> Decimal:
        return self.red_arr("band_before")

    @property
    def red_arr_after(self) -> Decimal:
        return self.red_arr("band")

    def _bar(self, side: str, title: str) -> StackedBar:
        counts = {band: sum(cell["n"] for cell in self.cells if cell[side] == band) for band in BANDS}
        return StackedBar(title, [Part(str(BANDS[band]), n, tone_of(band)) for band, n in counts.items()])


def preview(card: Scorecard | None, definition: Definition, stages: Sequence[str]) -> Preview:
    """Today's scores if this definition stood in the card's place (for a new card: before all others)."""
    today = current_tenant().today()
    draft = Card(DRAFT, tuple(stages), make_plan(definition), tuple(cap.key for cap in definition.caps))
    current = cards_in_use(today)
    own = set(card.versions.values_list("pk", flat=True)) if card else set()
    if any(each.version_id in own for each in current):
        cards = [draft if each.version_id in own else each for each in current]
    else:
        cards = [draft, *current]
    run = prepare(today, cards=cards)
    with connection.cursor() as cursor:
        cursor.execute(PREVIEW.format(scoring=run.sql, most=MOST), {**run.params, "draft": str(DRAFT)})
        cells, changes = cursor.fetchone()
    return Preview(_loaded(cells), [PreviewedChange(**change) for change in _loaded(changes)])


def _loaded(found: Any) -> list[dict[str, Any]]:
    return json.loads(found) if found else []
