"""HTML cut into tags and text, in time that grows with its length and no faster.

The parser of the standard library begins anew at each `<` of a tag that never ends, which makes
minutes of a hostile post. Here, as in the HTML standard (section 13.2.5, "Tokenization"), a tag
that has begun goes on to its `>`; where there is none, the rest is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Final, NamedTuple

_TAG: Final = re.compile(
    r"<(?P<end>/?)(?P<name>[A-Za-z][^\s/>]*+)"
    r"(?P<attributes>(?:[^>\"'=]++|=\s*+\"[^\"]*+\"|=\s*+'[^']*+'|[\"'=])*+)>"
)
_ATTRIBUTE: Final = re.compile(
    r"([^\s\"'>/=]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>]++)))?+"
)
_RAW: Final = frozenset({"script", "style", "title", "textarea"})
"""Elements that hold no tags, only text up to their end."""


class Tag(NamedTuple):
    """The beginning or, with `is_end`, the end of an element."""

    name: str
    is_end: bool
    attributes: dict[str, str]


def tokens(html: str) -> Iterator[Tag | str]:
    """Tags, and the text between them with its entities decoded. Comments are left out."""
    at = text_from = 0
    while (at := html.find("<", at)) >= 0:
        match = _TAG.match(html, at)
        end = match.end() if match else _end_of_comment(html, at)
        if end is None:
            if match is None and _begins_a_tag(html, at):
                break
            at += 1
            continue
        if text_from < at:
            yield unescape(html[text_from:at])
        at = text_from = end
        if match:
            tag = _tag(match)
            yield tag
            if tag.name in _RAW and not tag.is_end:
                at = text_from = _end_of_raw(html, at, tag.name)
    if text_from < len(html):
        yield unescape(html[text_from:])


def _tag(match: re.Match[str]) -> Tag:
    attributes: dict[str, str] = {}
    if not match["end"]:
        for name, double, single, bare in _ATTRIBUTE.findall(match["attributes"]):
            attributes.setdefault(name.lower(), unescape(double or single or bare))
    return Tag(match["name"].lower(), bool(match["end"]), attributes)


def _begins_a_tag(html: str, at: int) -> bool:
    """Whether what stands at a `<` wants a `>` that is nowhere to be found."""
    following = html[at + 1 : at + 3].removeprefix("/")[:1]
    return following in ("!", "?") or (following.isascii() and following.isalpha())


def _end_of_comment(html: str, at: int) -> int | None:
    """The place behind a comment, or what browsers take for one; None where none is."""
    if html.startswith("<!--", at):
        end = html.find("-->", at + 2)
        return end + 3 if end >= 0 else None
    if html.startswith(("<!", "<?"), at) or re.match(r"</[^A-Za-z]", html[at : at + 3]):
        end = html.find(">", at)
        return end + 1 if end >= 0 else None
    return None


def _end_of_raw(html: str, at: int, name: str) -> int:
    end = re.compile(rf"</{name}", re.IGNORECASE).search(html, at)
    return end.start() if end else len(html)
