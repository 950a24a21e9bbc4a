from django.http import HttpRequest
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from accounts.ui.icons import icon


def sort_header(context: Context, key: str, label: str, css: str = "", *, first: str = "asc") -> SafeString:
    """A `<th>` whose link sorts by `?order=key` or `?order=-key` and drops the cursor."""
    request: HttpRequest = context["request"]
    current = context.get("order") or request.GET.get("order", "")
    state = {key: "ascending", f"-{key}": "descending"}.get(current, "none")
    start = key if first == "asc" else f"-{key}"
    other = f"-{key}" if first == "asc" else key
    query = request.GET.copy()
    query.pop("cursor", None)
    query.pop("before", None)
    query["order"] = other if current == start else start
    arrow = {
        "ascending": "chevron-up",
        "descending": "chevron-down",
        "none": "selector",
    }[state]
    return format_html(
        '<th scope="col" class="{}" aria-sort="{}"><a class="pn-sort" href="?{}" title="{}">{}{}</a></th>',
        css,
        state,
        query.urlencode(),
        gettext("Sort by %(column)s") % {"column": label},
        label,
        icon(arrow),
    )
