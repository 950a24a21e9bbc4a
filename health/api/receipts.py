"""A score's receipt as JSON."""

from __future__ import annotations

from typing import Any

from accounts.models import Customer
from health.arithmetic import RULE_VERSION, UNIT
from health.definition import GroupRule, MeasureRule
from health.models import HealthOverride
from health.receipt import decimal_text, freshness, plain_decimal
from health.selectors.observations import Observed, observations
from health.selectors.scores import ExplainedScore
from health.sources.registry import source_of


def number(value: Any) -> int | float | None:
    """A scorecard's own figure, as a JSON number."""
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)


def receipt_json(customer: Customer, score: ExplainedScore) -> dict[str, Any]:
    receipt, row = score.receipt, score.row
    observed = observations(customer.pk, score.day, score.closed_at)
    index = {measure.key: i for i, measure in enumerate(receipt.definition.measures)}
    return {
        "customer": str(customer.pk),
        "as_of": score.day.isoformat(),
        "score": row["score"],
        "band": row["band"],
        "reason": None if row["score"] is not None else "not_enough_coverage",
        "raw_score": decimal_text(row["raw"]),
        "coverage": decimal_text(row["coverage"], 10_000),
        "trend": {
            "points": decimal_text(row["trend"]),
            "arrow": receipt.arrow,
            "days": 28,
            "composition_changed": row["composition_changed"],
        },
        "groups": [_group(score, group, i) for i, group in enumerate(receipt.definition.groups)],
        "measures": [
            _measure(score, group, measure, index[measure.key], observed.get(measure.key))
            for group in receipt.definition.groups
            for measure in group.measures
        ],
        "caps": _caps(score),
        "override": override_json(HealthOverride.objects.filter(pk=row["override_id"]).first()),
        "reference": {
            "on": row["reference_on"].isoformat() if row["reference_on"] else None,
            "score": decimal_text(receipt.reference_score),
        },
        "scorecard": {
            "id": str(score.version.scorecard_id),
            "name": score.version.scorecard.name,
            "version": score.version.number,
            "version_id": str(score.version.pk),
        },
        "bands": {"yellow": receipt.definition.bands.yellow, "green": receipt.definition.bands.green},
        "rule_version": RULE_VERSION,
        "inputs_hash": f"sha256:{receipt.inputs_hash}",
        "verified": receipt.verified,
        "provisional": score.provisional,
        "validated": False,
    }


def _group(score: ExplainedScore, group: GroupRule, index: int) -> dict[str, Any]:
    keys = {measure.key for measure in group.measures}
    parts = [part for key, part in score.receipt.parts.items() if key in keys]
    return {
        "key": group.key,
        "weight": number(group.weight),
        "score": decimal_text(score.receipt.scored.groups[index]),
        "share": _share(sum((part.share for part in parts), 0)),
        "contribution": decimal_text(sum(part.value for part in parts)) if parts else None,
        "present": len(parts),
        "measures": len(group.measures),
    }


def _measure(
    score: ExplainedScore, group: GroupRule, rule: MeasureRule, index: int, observed: Observed | None
) -> dict[str, Any]:
    receipt = score.receipt
    known = receipt.value(rule.key)
    part = receipt.parts.get(rule.key)
    points = receipt.scored.points[index]
    return {
        "key": rule.key,
        "group": group.key,
        "value": plain_decimal(known[0]) if known else None,
        "reason": None if part else "expired" if known else "no_data",
        "age_days": known[1] if known else None,
        "sub_score": decimal_text(points) if points >= 0 else None,
        "weight": number(rule.weight),
        "red": number(rule.red),
        "green": number(rule.green),
        "mid": number(rule.mid),
        "log": rule.log,
        "fresh_days": rule.fresh_days,
        "expire_days": rule.expire_days,
        "freshness": _share(freshness(rule, known[1])) if known else None,
        "share": _share(part.share) if part else None,
        "reference": decimal_text(part.reference) if part else None,
        "contribution": decimal_text(part.value) if part else None,
        "source": _source(rule.key, known, observed),
    }


def _share(share: Any) -> str:
    return f"{float(share):.6f}"


def _source(key: str, known: tuple[int, int] | None, observed: Observed | None) -> dict[str, Any] | None:
    """Where the value came from: somebody's observation, or what the product measures itself."""
    if known is None:
        return None
    if observed is not None and observed.value is not None and int(observed.value * UNIT) == known[0]:
        return {
            "name": observed.source or "measure_values",
            "observed_at": observed.observed_at.isoformat(),
            "recorded_at": observed.recorded_at.isoformat(),
        }
    source = source_of(key)
    return {"name": source.name if source else "measure_values", "observed_at": None, "recorded_at": None}


def _caps(score: ExplainedScore) -> list[dict[str, Any]]:
    receipt = score.receipt
    result = []
    for index, cap in enumerate(receipt.definition.caps):
        known = receipt.value(cap.measure)
        value = known[0] if known else None
        above = value is not None and cap.above is not None and value > cap.above * UNIT
        below = value is not None and cap.below is not None and value < cap.below * UNIT
        result.append(
            {
                "key": cap.key,
                "measure": cap.measure,
                "value": None if value is None else plain_decimal(value),
                "above": number(cap.above),
                "below": number(cap.below),
                "limit": cap.limit,
                "holds": above or below,
                "applied": score.row["cap"] == index,
            }
        )
    return result


def override_json(override: HealthOverride | None) -> dict[str, Any] | None:
    if override is None:
        return None
    return {
        "id": str(override.pk),
        "score": override.score,
        "reason": override.reason,
        "author": override.author_label,
        "created_at": override.created_at.isoformat(),
        "expires_on": override.expires_on.isoformat(),
        "ended_at": override.ended_at.isoformat() if override.ended_at else None,
    }
