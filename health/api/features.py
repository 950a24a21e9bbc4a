from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from accounts.events import record_event
from accounts.rest.fields import Choice, Instant, Text
from accounts.rest.nested import ListOf
from accounts.rest.resource import Resource, Write
from health.models import Feature, FeatureKind
from health.services.features import link


class Features(Resource):
    model = Feature
    name = "feature"
    key = ("key",)
    fields = {
        "key": Text(200, required=True),
        "name": Text(200, required=True),
        "kind": Choice(FeatureKind.values, default=FeatureKind.UNCLASSIFIED.value),
        "events": ListOf(
            Text(200),
            most=200,
            default=list,
            help="Events that show its use. Without any, events called like its key or its name do.",
        ),
        "created_at": Instant(read_only=True),
        "updated_at": Instant(read_only=True),
    }
    orders = {"id": "pk", "name": "name", "key": "key"}
    filters = {"key": Text(200), "kind": Choice(FeatureKind.values)}

    def written(self, writes: Sequence[Write]) -> None:
        link(write.row for write in writes)
        record_event("features.changed", keys=[write.row.key for write in writes])

    def deleted(self, row: Any) -> None:
        record_event("features.changed", keys=[row.key])


features = Features()
