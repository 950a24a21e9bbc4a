from django.contrib import messages
from django.http import HttpRequest


def toast(
    request: HttpRequest,
    text: str,
    *,
    undo_url: str = "",
    level: int = messages.SUCCESS,
) -> None:
    """Say that something was done; with `undo_url` (answers POST) the toast offers to take it back."""
    messages.add_message(request, level, text, extra_tags=undo_url)
