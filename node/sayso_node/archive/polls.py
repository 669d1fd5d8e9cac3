"""Polls of archives: whether their choices can be those of a poll here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sayso_protocol.content.poll import MAX_OPTION, MAX_OPTIONS, MIN_OPTIONS

from .model import ArchivedPoll

NO_END: Final = 0
"""In place of a time at which a poll ended, until its post's is known."""


def archived_poll(names: Sequence[str], end_ms: int | None, *, many: bool) -> ArchivedPoll | None:
    """A poll with these choices; None where they can be none here, and have to be lines of text."""
    fits = all(name and len(name.encode()) <= MAX_OPTION for name in names)
    if not fits or not MIN_OPTIONS <= len(names) <= MAX_OPTIONS or len(set(names)) < len(names):
        return None
    return ArchivedPoll(tuple(names), end_ms or NO_END, many)


def poll_lines(options: Sequence[str]) -> str:
    """The choices as lines of a text."""
    return "\n".join(f"- {one}" for one in options)
