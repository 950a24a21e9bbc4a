from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation


class JsonOnly(DefaultContentNegotiation):
    """Answers are JSON: 406 for who accepts none, 415 for a body of another type."""

    def select_parser(self, request: Any, parsers: Iterable[Any]) -> Any:
        """A body without a Content-Type is taken for what the resource expects."""
        known = list(parsers)
        return super().select_parser(request, known) if request.content_type else known[0]

    def filter_renderers(self, renderers: Iterable[Any], format: str | None) -> Any:
        return renderers
