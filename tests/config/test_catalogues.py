from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Message
from pytest_django import Settings

from config import catalogues


@pytest.fixture
def project(tmp_path: Path, settings: Settings) -> Path:
    """A small project with strings in every place that holds them."""
    settings.BASE_DIR = tmp_path
    (tmp_path / "accounts").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "accounts" / "views.py").write_text(
        'title = _("Plain")\nmonth = pgettext("calendar", "May")\nsaid = ngettext("%(n)s cat", "%(n)s cats", n)\n'
    )
    (tmp_path / "templates" / "page.html").write_text(
        '{% load i18n %}\n  <p>{% translate "In a tag" %}</p>\n      {{ x|default:_("In a filter") }}\n'
        "  {% blocktranslate count n=2 trimmed %}\n    {{ n }} dog\n  {% plural %}{{ n }} dogs{% endblocktranslate %}\n"
    )
    return tmp_path


def test_strings_of_code_and_templates_are_found(project: Path) -> None:
    found = {(message.id, message.context) for message in catalogues.extract() if message.id}
    assert found == {
        ("Plain", None),
        ("May", "calendar"),
        (("%(n)s cat", "%(n)s cats"), None),
        ("In a tag", None),
        ("In a filter", None),
        (("%(n)s dog", "%(n)s dogs"), None),
    }


def test_merging_keeps_translations_and_counts_what_is_open(project: Path) -> None:
    assert catalogues.update() == {"pl": 6, "nb": 6, "ru": 6}
    catalogue = catalogues.load("pl")
    catalogue.get("Plain").string = "Zwykły"
    catalogues.save("pl", catalogue)
    assert catalogues.update()["pl"] == 5
    assert catalogues.load("pl").get("Plain").string == "Zwykły"


def test_merging_twice_changes_nothing(project: Path) -> None:
    catalogues.update()
    before = catalogues.po_path("ru").read_bytes()
    catalogues.update()
    assert catalogues.po_path("ru").read_bytes() == before


@pytest.mark.parametrize(
    ("message", "flaw"),
    [
        (Message("Save", "Zapisz"), ""),
        (Message("Save", ""), "not translated"),
        (Message("Save", "Zapisz", flags=["fuzzy"]), "fuzzy"),
        (Message("%(n)s of %(m)s", "%(n)s z %(x)s"), "placeholders differ"),
        (Message(("%(n)s cat", "%(n)s cats"), ("%(n)s kot", "%(n)s koty")), "not translated"),
        (Message(("one cat", "%(n)s cats"), ("jeden kot", "%(n)s koty", "%(n)s kotów")), ""),
    ],
)
def test_flaws_are_named(message: Message, flaw: str) -> None:
    assert catalogues.flaw(message, plurals=3) == flaw


# Areas whose strings stand in all languages; the check holds for everything once this is every folder.
FINISHED = (
    "accounts/charts",
    "accounts/definitions.py",
    "accounts/formats.py",
    "accounts/forms/customers.py",
    "accounts/forms/segments.py",
    "accounts/models/choices.py",
    "accounts/models/customer.py",
    "accounts/panels.py",
    "accounts/segment_fields.py",
    "accounts/selectors/customer",
    "accounts/ui",
    "accounts/views/customer",
    "accounts/views/segments.py",
    "config/navigation.py",
    "config/settings",
    "config/views",
    "templates/400.html",
    "templates/403.html",
    "templates/404.html",
    "templates/500.html",
    "templates/accounts/_customer_rows.html",
    "templates/accounts/_people.html",
    "templates/accounts/_segment_preview.html",
    "templates/accounts/_subscriptions.html",
    "templates/accounts/contact_form.html",
    "templates/accounts/customer",
    "templates/accounts/segment",
    "templates/base.html",
    "templates/components",
    "templates/narrow.html",
    "templates/staff.html",
)


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_finished_areas_stand_in_every_language(language: str) -> None:
    template = catalogues.extract()
    places = {message.id: {place for place, _line in message.locations} for message in template}
    wanted = [key for key, found in places.items() if any(place.startswith(FINISHED) for place in found)]
    assert len(wanted) > 300
    catalogue = catalogues.load(language)
    open_ids = {gap.split(": ", 1)[1] for gap in catalogues.gaps(catalogue, template)}
    assert [key for key in wanted if repr(key) in open_ids] == []
