import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

STROKES = 'fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"'


@cache
def drawing(name: str, style: str) -> str:
    """The inside of a Tabler icon; an unknown name is a mistake in a template and raises."""
    folder = Path(settings.NODE_MODULES) / "@tabler/icons/icons" / style
    source = (folder / f"{name}.svg").read_text(encoding="utf-8")
    inside = re.search(r"<svg.*?>(.*)</svg>", source, re.DOTALL)
    if inside is None:
        raise ValueError(f"not an icon: {name}")
    return re.sub(r"\s+", " ", inside.group(1)).strip()


def icon(name: str, css: str = "", *, style: str = "outline", label: str = "") -> SafeString:
    """`{% icon "users" %}`; with a label it speaks, without one it is decoration."""
    said = format_html('role="img" aria-label="{}"', label) if label else 'aria-hidden="true"'
    paint = 'fill="currentColor"' if style == "filled" else STROKES
    return format_html(
        '<svg class="icon {}" width="20" height="20" viewBox="0 0 24 24" {} {}>{}</svg>',
        css,
        mark_safe(paint),  # noqa: S308
        mark_safe(said),  # noqa: S308
        mark_safe(drawing(name, style)),  # noqa: S308
    )
