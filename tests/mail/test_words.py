from __future__ import annotations

import pytest

from engagement.markdown import markdown_html, markdown_text
from engagement.merging import merge, unknown_fields

VALUES = {"contact.name": "Ann [Lee](https://evil.example) <b>", "customer.attributes.plan": "Gold"}


def test_values_cannot_become_markup() -> None:
    html = markdown_html(merge("Hi {{ contact.name }}", VALUES, markdown=True))
    assert "<a" not in html
    assert "<b>" not in html
    assert "Ann [Lee](https://evil.example)" in html


def test_subject_stays_on_one_line() -> None:
    assert merge("Hi {{contact.name}}", {"contact.name": "A\r\nB"}, markdown=False) == "Hi A B"


@pytest.mark.parametrize(
    ("text", "merged"),
    [
        ("{{ contact.role | colleague }}", "colleague"),
        ("{{ contact.role }}", ""),
        ("{{ customer.attributes.plan }}", "Gold"),
        ("{{ contact.password }}", "{{ contact.password }}"),
        ("{% include 'x' %} {{{{ contact.role }}}}", "{% include 'x' %} {{}}"),
    ],
)
def test_only_known_fields_are_filled(text: str, merged: str) -> None:
    assert merge(text, VALUES, markdown=False) == merged


def test_unknown_names_are_told() -> None:
    assert unknown_fields("{{ contact.name }} {{ a.b }} {{ customer.attributes. }}") == ["a.b", "customer.attributes."]


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "![x](https://tracker.example/p.gif)",
        "<img src=x onerror=alert(1)>",
    ],
)
def test_nothing_active_gets_through(source: str) -> None:
    html = markdown_html(source)
    for part in ("<script", "<img", 'href="javascript', "onerror=alert(1)>\n<"):
        assert part not in html


def test_text_part_keeps_addresses() -> None:
    assert markdown_text("[Start](https://a.example)\n\n- one\n") == "Start (https://a.example)\n\n- one\n"
