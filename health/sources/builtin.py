"""The measures that the product brings along; importing this module registers them."""

from __future__ import annotations

from health.sources import commercial, expected, relationship, usage

BUILT_IN = (usage, relationship, commercial, expected)
