"""The editor's fields, and back: a scorecard's document as flat form data. Works without JavaScript.

Every list ends with an empty row; a row without a key is none. Faults come back at the field they belong to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from health.definition import Definition
from health.definition_check import MOST_CAPS, MOST_GROUPS, MOST_MEASURES, DefinitionError
from health.services.scorecards import read_document

MEASURE_FIELDS = ("key", "weight", "red", "green", "mid", "fresh_days", "expire_days")
CAP_FIELDS = ("measure", "above", "below", "limit")


@dataclass
class Line:
    """A row of inputs: values and faults by field, under a common prefix of names."""

    prefix: str
    values: Mapping[str, Any]
    faults: dict[str, str] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not self.values.get("key") and not self.values.get("measure")


@dataclass
class ScorecardForm:
    name: str
    stages: list[str]
    note: str
    bands: Line
    groups: list[Line]
    caps: list[Line]
    faults: list[str] = field(default_factory=list)
    definition: Definition | None = None


def shown_form(name: str, stages: list[str], document: Mapping[str, Any]) -> ScorecardForm:
    """A stored scorecard, ready to be edited."""
    groups = [
        Line(f"g{i}", group, lines=[Line(f"g{i}-m{j}", m) for j, m in enumerate([*group["measures"], {}])])
        for i, group in enumerate([*document["groups"], {"measures": []}])
    ]
    caps = [Line(f"c{i}", cap) for i, cap in enumerate([*document["caps"], {}])]
    return ScorecardForm(name, stages, "", Line("b", document["bands"]), groups, caps)


def read_form(data: QueryDict) -> ScorecardForm:
    """What was submitted, checked; `definition` is there when nothing is wrong."""
    groups = [_group(data, i) for i in range(MOST_GROUPS + 1) if f"g{i}-key" in data]
    caps = [_line(data, f"c{i}", CAP_FIELDS) for i in range(MOST_CAPS + 1) if f"c{i}-measure" in data]
    form = ScorecardForm(
        name=_text(data, "name")[:100],
        stages=data.getlist("stages"),
        note=_text(data, "note")[:200],
        bands=_line(data, "b", ("yellow", "green")),
        groups=groups,
        caps=caps,
    )
    try:
        form.definition = read_document(_document(form))
    except DefinitionError as error:
        for pointer, message in error.faults:
            _place(form, pointer, message)
    return form


def _group(data: QueryDict, i: int) -> Line:
    group = _line(data, f"g{i}", ("key", "weight"))
    for j in range(MOST_MEASURES + 1):
        prefix = f"g{i}-m{j}"
        if f"{prefix}-key" in data:
            measure = _line(data, prefix, MEASURE_FIELDS)
            measure.values = {**measure.values, "log": f"{prefix}-log" in data}
            group.lines.append(measure)
    return group


def _line(data: QueryDict, prefix: str, fields: tuple[str, ...]) -> Line:
    return Line(prefix, {name: _text(data, f"{prefix}-{name}") for name in fields})


def _text(data: QueryDict, name: str) -> str:
    return data.get(name, "").replace("\0", "").strip()


def _document(form: ScorecardForm) -> dict[str, Any]:
    kept = [group for group in form.groups if not group.is_empty]
    return {
        "bands": {name: _whole(value) for name, value in form.bands.values.items()},
        "groups": [
            {
                "key": group.values["key"],
                "weight": _number(group.values["weight"]),
                "measures": [_measure(line.values) for line in group.lines if not line.is_empty],
            }
            for group in kept
            if not group.is_empty
        ],
        "caps": [_cap(line.values) for line in form.caps if not line.is_empty],
    }


def _measure(values: Mapping[str, Any]) -> dict[str, Any]:
    figures = {name: _number(values[name]) for name in ("weight", "red", "green", "mid") if values[name] != ""}
    days = {name: _whole(values[name]) for name in ("fresh_days", "expire_days") if values[name] != ""}
    absent = dict.fromkeys(("mid", "fresh_days", "expire_days"))
    return {"key": values["key"], "log": bool(values.get("log")), **absent, **figures, **days}


def _cap(values: Mapping[str, Any]) -> dict[str, Any]:
    bounds = {name: _number(values[name]) for name in ("above", "below") if values[name] != ""}
    return {"measure": values["measure"], "limit": _whole(values["limit"]), **bounds}


def _number(text: Any) -> str:
    return str(text).replace(",", ".").replace("\N{MINUS SIGN}", "-")


def _whole(text: Any) -> Any:
    return int(str(text)) if re.fullmatch(r"-?[0-9]{1,9}", str(text)) else text


def _place(form: ScorecardForm, pointer: str, message: str) -> None:
    """Put a fault at its field; one that belongs to none stands on top."""
    steps = pointer.strip("/").split("/")
    lines = {
        "groups": [group for group in form.groups if not group.is_empty],
        "caps": [cap for cap in form.caps if not cap.is_empty],
    }
    if steps[0] == "bands" and len(steps) == 2:
        form.bands.faults[steps[1]] = message
    elif steps[0] in lines and len(steps) >= 3:
        line = lines[steps[0]][int(steps[1])]
        if len(steps) == 5:
            line = [m for m in line.lines if not m.is_empty][int(steps[3])]
        line.faults[steps[-1]] = message
    else:
        form.faults.append(message)


def with_empty_rows(form: ScorecardForm) -> ScorecardForm:
    """Room to add, and names in order again."""
    groups = [group for group in form.groups if not group.is_empty]
    for i, group in enumerate([*groups, Line("", {})]):
        lines = [line for line in group.lines if not line.is_empty]
        group.prefix, group.lines = f"g{i}", [*lines, Line("", {})]
        for j, line in enumerate(group.lines):
            line.prefix = f"g{i}-m{j}"
        if i == len(groups):
            groups.append(group)
    caps = [*(cap for cap in form.caps if not cap.is_empty), Line("", {})]
    for i, cap in enumerate(caps):
        cap.prefix = f"c{i}"
    form.groups, form.caps = groups, caps
    return form
