"""The one look of all mails: MJML compiled once per process, filled in, its styles moved into the elements."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import css_inline
import mrml
from django.conf import settings
from django.template import Context, Engine, Template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import override

from engagement.markdown import markdown_html, markdown_text

_inliner = css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)


@dataclass(frozen=True)
class Letter:
    """What a mail says, before it looks like anything. Without an unsubscribe address the footer offers none."""

    subject: str
    body: str  # Markdown
    language: str
    sender: str
    unsubscribe_url: str = ""


def letter_html(letter: Letter) -> str:
    with override(letter.language):
        context = {
            "subject": letter.subject,
            "language": letter.language,
            "sender": letter.sender,
            "preview": markdown_text(letter.body)[:120],
            "body": mark_safe(markdown_html(letter.body)),  # noqa: S308  # cleaned by nh3
            "footer": _footer_html(letter),
        }
        return _inliner.inline(_layout().render(Context(context)))


def letter_text(letter: Letter) -> str:
    with override(letter.language):
        lines = [markdown_text(letter.body), "-- ", letter.sender]
        if letter.unsubscribe_url:
            lines.append(_("Choose which mails you get, or unsubscribe:") + f"\n{letter.unsubscribe_url}")
        return "\n".join(lines) + "\n"


def _footer_html(letter: Letter) -> SafeString:
    if not letter.unsubscribe_url:
        return format_html("{}", letter.sender)
    why = _("You get this mail because you use %(sender)s.") % {"sender": letter.sender}
    choose = _("Choose which mails you get, or unsubscribe")
    return format_html('{}<br><a href="{}">{}</a>', why, letter.unsubscribe_url, choose)


@cache
def _layout() -> Template:
    source = (Path(settings.BASE_DIR) / "templates" / "mail" / "message.mjml").read_text()
    return Template(mrml.to_html(source).content, engine=Engine())
