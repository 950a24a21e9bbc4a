"""What the sign-in library must know of us: where people go, what a new person is called, whose address it is."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest
from django.utils.translation import get_language

from accounts.client_address import client_address
from accounts.models import Language, User

BACKEND = "django.contrib.auth.backends.ModelBackend"


class AccountAdapter(DefaultAccountAdapter):
    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request) or "0.0.0.0"  # noqa: S104

    def format_email_subject(self, subject: str) -> str:
        return str(subject)

    def new_user(self, request: HttpRequest) -> User:
        """A new person speaks the language of the page that was filled in."""
        spoken = get_language() or "en"
        return User(language=spoken if spoken in Language.values else Language.ENGLISH)


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def new_user(self, request: HttpRequest, sociallogin: Any) -> User:
        return AccountAdapter(request).new_user(request)

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Any:
        user = super().populate_user(request, sociallogin, data)
        first, last = data.get("first_name") or "", data.get("last_name") or ""
        user.name = (data.get("name") or f"{first} {last}").strip()[:100]
        return user
