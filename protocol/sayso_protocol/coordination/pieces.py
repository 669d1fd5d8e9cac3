"""The pieces of a text, by which it is compared with others: its runs of four letters, whatever
the language.

A text is compared as the UTF-8 of its words. Cutting it into pieces is what most of the time of
the detector would go to, so ASCII is cut by `struct`, four letters an item, once from each of the
first four places on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from struct import Struct
from typing import Any, Final

from ..limits import COPY_LETTERS, COPY_SHARED_PERCENT
from ..text.fold import bare

PIECE: Final = 4
"""Letters in a piece."""

_ASIDE: Final = re.compile(r"https?://\S+|[@＠][\w.:-]+")
"""Addresses, and whom a text is called out to: what is changed to make a copy look new."""

_WORD: Final = re.compile(r"\w+")

_ASCII_WORDS: Final = bytes(
    ord(char.lower()) if char.isascii() and _WORD.match(char) else ord(" ")
    for char in map(chr, range(256))
)
"""For `bytes.translate`: what is in no word becomes a space, the rest small letters."""

_RUNS: Final = [slice(at, at + PIECE) for at in range(COPY_LETTERS)]


def plain(text: str) -> bytes:
    """Words of a text as they are compared, in UTF-8, with single spaces; without links and
    mentions. At most `COPY_LETTERS` letters."""
    begun = text[: 4 * COPY_LETTERS]
    if "://" in begun or "@" in begun or "＠" in begun:
        begun = _ASIDE.sub(" ", begun)
    if begun.isascii():
        return b" ".join(begun.encode().translate(_ASCII_WORDS).split())[:COPY_LETTERS]
    return " ".join(_WORD.findall(bare(begun)))[:COPY_LETTERS].encode()


def pieces_of(words: bytes) -> list[bytes]:
    """The pieces of words of at least `PIECE` letters, with repeats, in no certain order."""
    one, two, three, four = _parts(words)
    return [*one, *two, *three, *four]


def shared_percent(mine: set[bytes], words: bytes) -> int:
    """Jaccard's index of some pieces and those of other words, in percent, rounded down; 0 where it
    is less than `COPY_SHARED_PERCENT` for certain."""
    least = COPY_SHARED_PERCENT * len(mine)  # so many hundredths of a piece are to be shared
    left = len(words)
    if 100 * left < least:
        return 0
    parts, shared = _parts(words), set[bytes]()
    for part in parts:
        shared.update(mine.intersection(part))
        left -= len(part)
        if 100 * (len(shared) + left) < least:
            return 0  # though all that is left were shared, as of most texts
    others = set[bytes]().union(*parts)
    return 100 * len(shared) // (len(mine) + len(others) - len(shared))


def _parts(words: bytes) -> tuple[Sequence[bytes], ...]:
    """The pieces that begin at each fourth letter, from the first one on, from the second and so
    on: each part is a sample of them all."""
    if not words.isascii():
        letters = words.decode()
        runs = map(letters.__getitem__, _RUNS[: len(letters) - PIECE + 1])
        pieces = "\n".join(runs).encode().split(b"\n")  # no word has a line's end
        return pieces[::4], pieces[1::4], pieces[2::4], pieces[3::4]
    size = len(words)
    return (
        _unpack(size >> 2)(words),
        _unpack((size - 1) >> 2)(words, 1),
        _unpack((size - 2) >> 2)(words, 2),
        _unpack((size - 3) >> 2)(words, 3),
    )


@cache
def _unpack(count: int) -> Any:
    """The method that cuts so many pieces out of bytes, one behind the other."""
    return Struct(f"{PIECE}s" * count).unpack_from
