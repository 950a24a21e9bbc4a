"""Every route of the product, sorted by who may use it; one that fits nowhere is a mistake."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver

# Routes that ask for no membership and no key: name or pattern -> reason.
PUBLIC = {
    "healthz": "the process answers",
    "readyz": "what the process needs answers",
    "metrics": "has a token of its own",
    "home": "leads to log-in or to a workspace",
    "sign_up": "the first page",
    "set_language": "a cookie, and the person's own language",
    "theme": "a cookie",
    "styleguide": "development and tests only",
    "join": "the token of an invitation",
    "browser_snippet": "a script for the tenants' own websites",
    **{
        f"ingest_{call}": "the event stream; knows its tenant by the write key"
        for call in ("alias", "batch", "group", "identify", "import", "page", "screen", "track")
    },
    "mail_choices": "the signed word of a mail",
    "api_schema": "describes the API, no tenant's data",
    "api_docs": "describes the API, no tenant's data",
    "api/v1/schema/": "as api_schema",
    "api/v1/docs/": "as api_docs",
    "api/v1/^.*$": "the 404 of the API",
}
# One's own account: a log-in, but no tenant.
PERSONAL = {"sign_up_company", "profile", "switcher"}
# The sign-in library's routes; it guards them itself.
SIGN_IN = ("account_", "mfa_", "socialaccount_", "usersessions_")

SAMPLES = {"slug": "anything", "str": "anything", "int": "1", "path": "anything"}


@dataclass(frozen=True)
class Route:
    pattern: str
    name: str
    callback: Callable[..., Any]

    def __str__(self) -> str:
        return self.pattern

    @property
    def permission(self) -> str:
        return str(getattr(self.callback, "permission", ""))

    @property
    def is_staff(self) -> bool:
        return self.pattern.startswith("<slug:slug>/") and bool(self.permission)

    @property
    def is_api(self) -> bool:
        return self.pattern.startswith("api/v1/") and hasattr(self.api_view, "required_scope") and not self.is_public

    @property
    def is_public(self) -> bool:
        return (
            self.name in PUBLIC
            or self.pattern in PUBLIC
            or self.pattern.startswith("account/social/")
            or (self.pattern.startswith("account/") and self.name.startswith(SIGN_IN))
        )

    @property
    def api_view(self) -> Any:
        return getattr(self.callback, "view_class", None) or getattr(self.callback, "cls", None)

    @property
    def methods(self) -> list[str]:
        """Those that an API view answers."""
        names = self.options.get("http_method_names") or self.api_view.http_method_names
        return [name.upper() for name in names if name not in ("head", "options") and hasattr(self.api_view, name)]

    def scope(self, method: str) -> str:
        return str(self.api_view(**self.options).scope_for(method))

    @property
    def options(self) -> dict[str, Any]:
        """What the route gives to its view."""
        found: dict[str, Any] = getattr(self.callback, "view_initkwargs", None) or {}
        return found

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """(converter, name) of everything in the address but the tenant."""
        found = re.findall(r"<(?:(\w+):)?(\w+)>", self.pattern)
        return [(converter or "str", name) for converter, name in found if (converter, name) != ("slug", "slug")]

    def url(self, slug: str, id_: UUID) -> str:
        """An address of this route with this id in every place that takes one."""
        path = self.pattern.replace("<slug:slug>", slug)
        for converter, name in self.parameters:
            takes_id = converter == "uuid" or (self.is_api and converter == "str")
            value = str(id_) if takes_id else SAMPLES[converter]
            path = re.sub(rf"<(?:{converter}:)?{name}>", value, path)
        return "/" + path


def all_routes() -> list[Route]:
    return list(_walk(get_resolver(), ""))


def _walk(resolver: URLResolver, prefix: str) -> Iterator[Route]:
    for each in resolver.url_patterns:
        full = prefix + str(each.pattern)
        if isinstance(each, URLPattern):
            yield Route(full, each.name or "", each.callback)
        else:
            yield from _walk(each, full)
