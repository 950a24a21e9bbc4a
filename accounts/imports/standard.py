"""The kinds of import of the ground floor."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.api.contacts import contacts
from accounts.api.customers import customers
from accounts.api.subscriptions import subscriptions
from accounts.imports.kinds import register_kind
from accounts.settings_pages import register_settings_page

register_kind("customers", _("Customers"), customers, free="attributes")
register_kind("contacts", _("Contacts"), contacts, free="traits")
register_kind("subscriptions", _("Subscriptions"), subscriptions)

register_settings_page(
    "data",
    label=_("Imports"),
    text=_("Customers, contacts and subscriptions from spreadsheets."),
    icon="file-spreadsheet",
    url_name="import_list",
    permission="customers.import",
)
register_settings_page(
    "data",
    label=_("Export"),
    text=_("Everything this workspace owns, as one file."),
    icon="package-export",
    url_name="export",
    permission="settings.write",
)
