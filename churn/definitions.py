"""The version of the metric definitions that stored figures carry; a change of meaning is a new version."""

DEFINITION_VERSION = "2026-11"
