"""Regular expressions, many at once, in linear time: RE2 (github.com/google/re2/wiki/Syntax).

Only the owner's own files bring patterns here; whatever a text holds, it is never one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ..limits import MAX_PATTERN, MAX_PATTERN_MEMORY
from ..translation import _, mark

MISSING: Final = mark(
    "patterns need the library google-re2, which is not installed on this machine"
)


class BadPattern(Exception):
    """A pattern that cannot be used; the text says why."""


class Patterns:
    """Looks for all of some patterns at once. Raises `BadPattern` where they are too much."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = tuple(dict.fromkeys(patterns))
        self._set: Any = _compiled(self._patterns) if self._patterns else None

    def found_in(self, text: str) -> set[str]:
        """The patterns that match somewhere in a text. Raises `MemoryError` where that
        cannot be told within `MAX_PATTERN_MEMORY`."""
        if self._set is None:
            return set()
        numbers = self._set.Match(text.encode())
        if not numbers:  # the empty one matches everything: RE2 has given up
            raise MemoryError(_("the patterns of the rules take too much memory"))
        return {self._patterns[number - 1] for number in numbers if number}


def check_pattern(pattern: str) -> int:
    """The number of instructions of a pattern, compiled. Raises `BadPattern` where it cannot be
    used."""
    if len(pattern.encode()) > MAX_PATTERN:
        raise BadPattern(
            _("the pattern is longer than {max_pattern} bytes").format(max_pattern=MAX_PATTERN)
        )
    if not pattern:
        raise BadPattern(_("the pattern is empty"))
    re2 = _library()
    try:
        found = re2.compile(pattern, _options(re2, MAX_PATTERN_MEMORY // 16))
    except re2.error as error:
        raise BadPattern(
            _("the pattern cannot be read: {reason}").format(reason=_reason(error))
        ) from error
    size: int = found.programsize
    return size


def _compiled(patterns: Sequence[str]) -> Any:
    re2 = _library()
    found = re2.Set.SearchSet(_options(re2, MAX_PATTERN_MEMORY))
    try:
        found.Add("")
        for pattern in patterns:
            found.Add(pattern)
        found.Compile()
    except re2.error as error:
        raise BadPattern(_("the patterns together take too much memory")) from error
    return found


def _library() -> Any:
    try:
        import re2
    except ImportError as error:
        raise BadPattern(_(MISSING)) from error
    return re2


def _options(re2: Any, memory: int) -> Any:
    options = re2.Options()
    options.max_mem = memory
    options.log_errors = False  # it would write to stderr by itself
    options.never_capture = True
    return options


def _reason(error: Exception) -> str:
    """RE2's own words, in which it quotes the pattern."""
    said = error.args[0] if error.args else ""
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)
