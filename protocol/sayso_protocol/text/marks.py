"""Runs of combining marks, kept short: the Stream-Safe Text Format (UAX 15, section 13).

Putting marks in order takes time in proportion to the square of how many stand together
(`unicodedata.normalize` sorts by insertion). No language puts more than a few on a letter; a run
of more than `MAX_MARKS` is cut, so that every look at a text is linear.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Final
from unicodedata import combining, normalize

from ..limits import MAX_MARKS

JOINER: Final = "\u034f"
"""The combining grapheme joiner: no mark itself, and not seen."""

_MAY_BE_MARKS: Final = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05cf\u0610-\u061f\u064b-\u065f\u0670\u06d6-\u0903"
    "\u093a-\u0957\u0970-\u0984\u09ba-\u0a04\u0a3a-\u0a84\u0aba-\u0b04\u0b3a-\u0b84\u0bba-\u0c04"
    "\u0c3a-\u0c84\u0cba-\u0d04\u0d3a-\u0dff\u0e38-\u0e3e\u0e48-\u0e4b\u0eb8-\u0f3f\u0f6d-\u0fff"
    "\u1037-\u109f\u1351-\u177f\u17d2-\u1dff\u20d0-\u20ff\u2ce1-\u2dff\u302a-\u302f\u3099\u309a"
    "\ua66f-\uabff\ufb1e\ufe20-\ufe2f\uff9e\uff9f"
    "\U000101fd-\U0001efff"
)
"""As a class of a regular expression: all combining marks and what is made of them alone, and
scripts that have some. Elsewhere there is none, and there will be none. What is here without need
costs time, and nothing else. One range beyond U+FFFF, since each more would cost every text."""

_MARKED: Final = re.compile(f"[{_MAY_BE_MARKS}]")
_CROWD: Final = f".?[{_MAY_BE_MARKS}]{{{MAX_MARKS // 4},}}"
"""A run that may be too long, with the character that it stands on: none is made of more than four
marks. Compiled when it is wanted, which few texts do."""

_Marks = tuple[int, int, bool]
"""Marks at a character's beginning and at its end, decomposed, and whether it is nothing else."""

_REMEMBERED: Final = 1 << 14


def stream_safe(text: str) -> str:
    """The text with a `JOINER` wherever a run of marks would be too long (UAX 15, UAX15-D4)."""
    if _MARKED.search(text) is None:
        return text
    return _changed(text, _parted)


def without_crowds(text: str) -> str:
    """The text with the first of the marks of each run that is too long, in canonical order: for
    comparing, where a joiner, which cannot be seen, would be taken out again."""
    if _MARKED.search(text) is None:
        return text
    return _changed(text, _thinned)


def _changed(text: str, change: Callable[[str], Iterator[str]]) -> str:
    """Change each run that may be too long, given with the character that it stands on."""
    return re.sub(_CROWD, lambda found: "".join(change(found[0])), text, flags=re.DOTALL)


class _MarksOf(dict[str, _Marks]):
    """The marks that a character is made of, worked out when it first comes."""

    def __missing__(self, char: str) -> _Marks:
        parts = [combining(part) != 0 for part in normalize("NFKD", char)]
        first, last = (parts.index(False), parts[::-1].index(False)) if not all(parts) else (0, 0)
        made = (len(parts), len(parts), True) if all(parts) else (first, last, False)
        if len(self) < _REMEMBERED:
            self[char] = made
        return made


class _PartsOf(dict[int, str]):
    """What a character is made of, by code point: for `str.translate`."""

    def __missing__(self, point: int) -> str:
        made = normalize("NFKD", chr(point))
        if len(self) < _REMEMBERED:
            self[point] = made
        return made


class _IsMark(dict[str, bool]):
    """Whether a character that is made of nothing else is a mark."""

    def __missing__(self, char: str) -> bool:
        made = combining(char) != 0
        if len(self) < _REMEMBERED:
            self[char] = made
        return made


_MARKS_OF: Final = _MarksOf()
_PARTS_OF: Final = _PartsOf()
_IS_MARK: Final = _IsMark()


def _parted(run: str) -> Iterator[str]:
    count = 0
    for char in run:
        before, behind, is_mark = _MARKS_OF[char]
        if count + before > MAX_MARKS:
            yield JOINER
            count = 0
        count = count + behind if is_mark else behind
        yield char


def _thinned(run: str) -> Iterator[str]:
    for is_mark, some in groupby(run.translate(_PARTS_OF), _IS_MARK.__getitem__):
        if is_mark:
            yield from sorted(some, key=combining)[:MAX_MARKS]
        else:
            yield from some
