"""Hashtags in the text of a post, by the rules that twitter-text has set for all.

A tag begins after ``#`` or ``＃`` that follows neither a letter, a digit nor ``&``; it goes
on over letters, marks, digits and a few joining signs, holds at least one letter, and does
not end at another ``#`` or at ``://``. Addresses (``https://…``) are passed over. One walk
over the text: every character is looked at a bounded number of times.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sayso_protocol.content.post import MAX_TAG, MAX_TAGS
from sayso_protocol.text.normal_form import keep
from sayso_storage.index.body_facts import fold_tag

from .links import ADDRESS

_MARK = re.compile(f"[#＃]|{ADDRESS}", re.IGNORECASE)

_JOINING = frozenset(
    "_\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c\u00b7"
)
"""Signs inside words of some script; with zero-width joiners, which Persian and Sinhala
need (twitter-text `regexp/hashtagSpecialChars`)."""

_VARIATION = "\ufe0e\ufe0f"
"""Say how the emoji before looks; a tag may follow them."""

_KEYCAP = "\ufe0f\u20e3"
"""After ``#`` these make it an emoji of its own."""


def hashtags(text: str) -> list[str]:
    """Tags as written, without the sign, in order; repeats are kept."""
    return [text[start + 1 : end] for start, end in hashtag_places(text)]


def merge_tags(*sources: Iterable[str]) -> tuple[str, ...]:
    """The tags of a post, as they are kept: without repeats (`fold_tag`), such of which nothing is
    seen, too long ones or more than fit."""
    found: dict[str, str] = {}
    for source in sources:
        for tag in map(keep, source):
            if (folded := fold_tag(tag)) and len(tag.encode()) <= MAX_TAG:
                found.setdefault(folded, tag)
    return tuple(found.values())[:MAX_TAGS]


def hashtag_places(text: str) -> Iterator[tuple[int, int]]:
    """Where each tag stands, from its sign on, and the place after it."""
    mark = _MARK.search(text)
    while mark is not None:
        end = mark.end()
        if mark.end() - mark.start() == 1 and _may_begin(text, mark.start()):
            end = _end_of_word(text, mark.end())
            word = text[mark.end() : end]
            ends_well = not text.startswith(("#", "＃", "://"), end)
            if ends_well and any(map(_is_letter, word)):
                yield mark.start(), end
        mark = _MARK.search(text, end)


def _may_begin(text: str, at: int) -> bool:
    if text.startswith(tuple(_KEYCAP), at + 1):
        return False
    before = text[at - 1] if at else " "
    # A slash: twitter-text would first cut out "example.org/#part" as an address.
    return before in _VARIATION or (before not in "&/" and not _is_inside(before))


def _end_of_word(text: str, at: int) -> int:
    while at < len(text) and _is_inside(text[at]):
        at += 1
    return at


def _is_inside(char: str) -> bool:
    return _is_letter(char) or char.isdecimal() or char in _JOINING


def _is_letter(char: str) -> bool:
    if char.isalpha():
        return True
    if char < "\u0300":  # below stand no combining marks
        return False
    from unicodedata import category

    return category(char).startswith("M")
