"""Small marks: score, badge, avatar, progress."""

from zlib import crc32

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from accounts.charts import Ring, Sparkline
from accounts.charts.scale import Number, Values
from accounts.formats import format_number, format_percent

BANDS = {
    "green": "good",
    "yellow": "warn",
    "red": "bad",
    "good": "good",
    "warn": "warn",
    "bad": "bad",
}
PAINTS = 6


def tone_of(band: str | None) -> str:
    """Health bands and tones alike; what is neither is muted."""
    return BANDS.get(band or "", "muted")


STAGES = {"trial": "info", "onboarding": "info", "renewing": "warn", "leaving": "bad"}


def stage_tone(stage: str) -> str:
    return STAGES.get(stage, "muted")


def score(value: Number | None, band: str | None = None) -> SafeString:
    """`{% score 74 "yellow" %}`; without a value the score is unknown, not zero."""
    if value is None:
        return format_html(
            '<span class="pn-score pn-tone muted" title="{0}"><span aria-hidden="true">—</span>'
            '<span class="visually-hidden">{0}</span></span>',
            gettext("Health unknown"),
        )
    return format_html(
        '<span class="pn-score pn-tone {}">{}</span>',
        tone_of(band),
        format_number(value),
    )


def badge(text: str, tone: str = "muted") -> SafeString:
    return format_html('<span class="pn-badge pn-tone {}">{}</span>', tone, text)


def initials(name: str) -> str:
    words = [word for word in name.replace("@", " ").split() if word[0].isalnum()]
    letters = words[0][:2] if len(words) == 1 else "".join(word[0] for word in words[:2])
    return letters.upper() or "?"


def avatar(name: str, size: str = "sm", *, plain: bool = False) -> SafeString:
    """Initials in a colour that stays with the name; `plain` for companies."""
    paint = "" if plain else f"pn-paint{crc32(name.encode('utf-8', 'replace')) % PAINTS}"
    return format_html(
        '<span class="pn-avatar pn-avatar-{} {}" aria-hidden="true">{}</span>',
        size,
        paint,
        initials(name or "?") if name else "?",
    )


def progress(value: Number, maximum: Number = 100, *, label: str = "", tone: str = "") -> SafeString:
    return format_html(
        '<progress class="pn-progress {}" value="{}" max="{}" aria-label="{}"></progress>',
        tone,
        f"{float(value):g}",
        f"{float(maximum):g}",
        label or gettext("Progress"),
    )


def spark(values: Values, tone: str = "", *, label: str = "") -> SafeString:
    """`{% spark row.weeks tone=row.band label=row.said %}`; None leaves a gap."""
    drawn = Sparkline(values)
    if drawn.is_empty:
        return format_html(
            '<span class="pn-none"><span aria-hidden="true">—</span><span class="visually-hidden">{}</span></span>',
            gettext("No data yet"),
        )
    found = [value for value in values if value is not None]
    said = label or gettext("from %(first)s to %(last)s") % {
        "first": format_number(found[0]),
        "last": format_number(found[-1]),
    }
    x, y = drawn.last_point
    return format_html(
        '<svg class="pn-spark {}" viewBox="0 0 {} {}" width="{}" height="{}" role="img" '
        'aria-label="{}"><path class="pn-area" d="{}"/><path class="pn-line" d="{}"/>'
        '<circle cx="{}" cy="{}" r="2.5"/></svg>',
        *(
            tone_of(tone) if tone else "",
            drawn.width,
            drawn.height,
            drawn.width,
            drawn.height,
        ),
        *(said, drawn.area, drawn.line, x, y),
    )


def ring(value: Number | None, caption: str = "", *, size: int = 168, tone: str = "") -> SafeString:
    """`{% ring 42 _("complete") %}`: a share from 0 to 100."""
    drawn = Ring(value, size)
    text = "—" if value is None else format_percent(float(value) / 100, 0)
    circle = '<circle class="{}" cx="{}" cy="{}" r="{}" stroke-width="{}"{}/>'
    where = (drawn.centre, drawn.centre, drawn.radius, drawn.thickness)
    arc = format_html(
        ' stroke-linecap="round" stroke-dasharray="{}" transform="rotate(-90 {} {})"',
        drawn.dash,
        drawn.centre,
        drawn.centre,
    )
    value_circle = format_html(circle, "pn-value", *where, arc) if drawn.share else ""
    return format_html(
        '<span class="pn-ring {}"><svg viewBox="0 0 {} {}" width="{}" height="{}" role="img" '
        'aria-label="{}">{}{}</svg><span class="pn-ring-text" aria-hidden="true"><b>{}</b>{}</span></span>',
        *(tone, size, size, size, size),
        f"{text} {caption}".strip(),
        format_html(circle, "pn-track", *where, mark_safe("")),
        value_circle,
        text,
        format_html("<span>{}</span>", caption) if caption else "",
    )
