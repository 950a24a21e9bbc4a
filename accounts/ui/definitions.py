from uuid import uuid4

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from accounts.definitions import definition_of
from accounts.ui.icons import icon


def definition(key: str) -> SafeString:
    """`{% definition "grr" %}`: an info button; pointer, keyboard and touch open its text."""
    meaning = definition_of(key)
    place = f"def-{key}-{uuid4().hex[:8]}"
    return format_html(
        '<span class="pn-def"><button type="button" class="pn-def-button" popovertarget="{0}" '
        'aria-describedby="{0}">{1}<span class="visually-hidden">{2}</span></button>'
        '<span class="pn-def-text" id="{0}" popover><b>{3}</b> {4}</span></span>',
        place,
        icon("info-circle"),
        gettext("What is %(title)s?") % {"title": meaning.title},
        meaning.title,
        meaning.text,
    )
