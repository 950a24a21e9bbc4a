from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation


class JsonOnly(DefaultContentNegotiation):
    """Answers are JSON: 406 for who accepts none, 415 for a body of another type."""

    def select_parser(self, request: Any, parsers: Sequence[Any]) -> Any:
        """A body without a Content-Type is taken for what the resource expects."""
        if not request.content_type and parsers:
            return parsers[0]
        return super().select_parser(request, parsers)

    def filter_renderers(self, renderers: Sequence[Any], format: str | None) -> Any:
        return renderers


