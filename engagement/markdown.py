"""Markdown of a mail as HTML and as plain text. HTML in the source is shown, never taken over."""

from __future__ import annotations

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

_TAGS = {"p", "h1", "h2", "h3", "ul", "ol", "li", "blockquote", "code", "pre", "hr", "br", "a", "strong", "em"}
_ATTRIBUTES = {"a": {"href", "class"}}
_SCHEMES = {"http", "https", "mailto"}
_reader = MarkdownIt("commonmark", {"html": False}).disable("image")


def markdown_html(source: str) -> str:
    """Clean HTML; a paragraph that is nothing but a link becomes a button."""
    tokens = _reader.parse(source)
    for token in tokens:
        if _is_lone_link(token):
            (token.children or [])[0].attrSet("class", "button")
    html = _reader.renderer.render(tokens, _reader.options, {})
    return nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel=None)


def markdown_text(source: str) -> str:
    """What a reader without HTML sees: paragraphs, dashes for lists, addresses behind their links."""
    lines: list[str] = []
    prefixes: list[str] = []
    for token in _reader.parse(source):
        if token.type in ("bullet_list_open", "ordered_list_open", "blockquote_open"):
            prefixes.append({"bullet_list_open": "- ", "blockquote_open": "> "}.get(token.type, ""))
        elif token.type in ("bullet_list_close", "ordered_list_close", "blockquote_close"):
            prefixes.pop()
        elif token.type == "list_item_open" and token.info:
            prefixes[-1] = f"{token.info}. "
        elif token.type == "inline":
            lines.append("".join(prefixes) + _inline_text(token.children or []))
        elif token.type in ("fence", "code_block"):
            lines.append(token.content.rstrip())
        elif token.type == "hr":
            lines.append("---")
    return "\n\n".join(lines) + "\n"


def _inline_text(tokens: list[Token]) -> str:
    text, links = "", []
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            text += "\n"
        elif token.type == "link_open":
            links.append((len(text), str(token.attrGet("href") or "")))
        elif token.type == "link_close":
            start, address = links.pop()
            shown = address.removeprefix("mailto:")
            text += "" if text[start:] == shown else f" ({shown})"
        else:
            text += token.content
    return text


def _is_lone_link(token: Token) -> bool:
    kinds = [child.type for child in token.children or []]
    return kinds[:1] == ["link_open"] and kinds.index("link_close") == len(kinds) - 1
