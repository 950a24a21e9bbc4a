from __future__ import annotations

import re
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


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_every_string_stands_in_every_language(language: str) -> None:
    template = catalogues.extract()
    assert len(template) > 1000
    assert list(catalogues.gaps(catalogues.load(language), template)) == []


# What is the same in every language.
NAMES = {
    "Perennial",
    "Esc",
    "Enter",
    "Ctrl",
    "MRR",
    "ARR",
    "NRR",
    "GRR",
    "CSM",
    "API",
    "JSON",
    "CSV",
    "curl",
    "RudderStack",
    "Node",
    "Python",
}
PAGES = [path for path in catalogues.sources() if path.suffix == ".html" and path.name != "docs.html"]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_templates_hold_no_words_outside_gettext(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"{% comment %}.*?{% endcomment %}|{#.*?#}", "", text, flags=re.DOTALL)
    text = re.sub(r"{% blocktrans.*?{% endblocktrans\w* %}|{%.*?%}|{{.*?}}", " ", text, flags=re.DOTALL)
    said = re.findall(r'(?:aria-label|title|placeholder|alt|data-confirm)="([^"]*)"', text)
    said.append(re.sub(r"<(script|style|pre|code|kbd)\b.*?</\1>|<[^>]*>|&\w+;", " ", text, flags=re.DOTALL))
    words = {word for part in said for word in re.findall(r"[A-Za-zÀ-ž]{3,}", part)}
    assert words - NAMES == set()
