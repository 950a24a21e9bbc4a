"""The REST framework and the description of the API."""

from __future__ import annotations

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "EXCEPTION_HANDLER": "accounts.rest.problems.handle_exception",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Perennial API",
    "DESCRIPTION": (
        "Customer success over REST. Send your key as `Authorization: Bearer <key>`; errors are problem "
        "documents (RFC 9457); money is a decimal string beside its ISO 4217 currency."
    ),
    "VERSION": "1.0",
    "OAS_VERSION": "3.1.0",
    "PREPROCESSING_HOOKS": ["accounts.rest.openapi.without_slash_twins"],
    "POSTPROCESSING_HOOKS": ["accounts.rest.openapi.add_components"],
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}
API_REQUESTS_PER_MINUTE = 600
