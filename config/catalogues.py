"""Message catalogues: found in code and templates, merged into locale/*/LC_MESSAGES/django.po.

Babel does the work, so that a machine without gettext's programs will do. Django turns templates
into lines that read like Python; those go through the same extractor as the code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

LANGUAGES = ("pl", "nb", "ru")
FOLDERS = (
    "accounts",
    "engagement",
    "support",
    "education",
    "onboarding",
    "health",
    "churn",
    "integrations",
    "config",
    "templates",
)
KEYWORDS: dict[str, tuple[int | tuple[int, int] | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
NOT_TRANSLATED = {"config/styleguide.py", "templates/styleguide.html"}
CHANGING = (b'"POT-', b'"PO-', b'"Last-', b'"Report-', b'"Language-Team', b'"Generated-')
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}|%[sd]")


def root() -> Path:
    return Path(settings.BASE_DIR)


def sources() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((root() / folder).rglob("*")):
            name = path.relative_to(root()).as_posix()
            if path.suffix in (".py", ".html", ".txt", ".mrml") and name not in NOT_TRANSLATED:
                yield path


def readable(path: Path) -> bytes:
    """The file as the extractor reads it; template lines lose their indentation, which means nothing."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text.encode()
    return "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).split("\n")).encode()


def extract() -> Catalog:
    template = Catalog(project="Perennial", charset="utf-8", fuzzy=False)
    for path in sources():
        place = path.relative_to(root()).as_posix()
        found = extract_python(BytesIO(readable(path)), KEYWORDS, [], {"encoding": "utf-8"})
        for _line, function, texts, _comments in found:
            add(template, place, str(function), tuple(texts) if isinstance(texts, list | tuple) else (texts,))
    return template


def add(template: Catalog, place: str, function: str, texts: tuple[str | None, ...]) -> None:
    """One call of a gettext function; what is not a literal, or empty, cannot be translated."""
    spec = KEYWORDS.get(function) or (1,)
    context = next((texts[int(part[0]) - 1] for part in spec if isinstance(part, tuple)), None)
    parts = [texts[part - 1] or "" for part in spec if isinstance(part, int) and part <= len(texts)]
    if not parts or not all(parts):
        return
    message = parts[0] if len(parts) == 1 else tuple(parts)
    flags = ["python-format"] if any("%(" in part for part in parts) else []
    template.add(message, locations=[(place, 0)], context=context, flags=flags)


def po_path(language: str) -> Path:
    return root() / "locale" / language / "LC_MESSAGES" / "django.po"


def load(language: str) -> Catalog:
    path = po_path(language)
    if not path.exists():
        return Catalog(locale=language, project="Perennial", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update() -> dict[str, int]:
    """Merge what code and templates say into every catalogue; how many entries each still lacks."""
    template, open_entries = extract(), {}
    for language in LANGUAGES:
        catalogue = load(language)
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        save(language, catalogue)
        open_entries[language] = len(list(gaps(catalogue, template)))
    return open_entries


def save(language: str, catalogue: Catalog) -> None:
    """Sorted, without line numbers and dates, so that a merge shows only what changed."""
    catalogue.header_comment = f"# Perennial in {catalogue.locale.get_display_name('en')}."
    file = BytesIO()
    write_po(file, catalogue, sort_output=True, include_lineno=False, width=110)
    lines = [line for line in file.getvalue().splitlines(keepends=True) if not line.startswith(CHANGING)]
    path = po_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(lines))


def gaps(catalogue: Catalog, template: Catalog) -> Iterator[str]:
    """What keeps the catalogue from being whole, entry by entry."""
    for wanted in template:
        if not wanted.id:
            continue
        found = catalogue.get(wanted.id, wanted.context)
        if found is None:
            yield f"not in the catalogue: {wanted.id!r}"
        elif problem := flaw(found, catalogue.num_plurals):
            yield f"{problem}: {wanted.id!r}"


def flaw(message: Message, plurals: int) -> str:
    texts, originals = forms(message.string), forms(message.id)
    if message.fuzzy:
        return "fuzzy"
    if not all(texts) or (message.pluralizable and len(texts) != plurals):
        return "not translated"
    allowed = {name for text in originals for name in PLACEHOLDER.findall(text)}
    needed = allowed if len(originals) == 1 else set()
    used = [set(PLACEHOLDER.findall(text)) for text in texts]
    return "" if all(needed <= names <= allowed for names in used) else "placeholders differ"


def forms(text: object) -> list[str]:
    """Singular and plurals alike as a list."""
    given = text if isinstance(text, list | tuple) else [text]
    return [str(form or "") for form in given]
