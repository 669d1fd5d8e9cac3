"""Kinds as numbers: what `entries.kind` holds.

Every kind has its number from the start, also one that only later software knows, so
learning a kind needs no new numbers. Two kinds may share one: who looks a kind up
compares the body too. Only what timelines show has a number of its own.
"""

from __future__ import annotations

from typing import Final
from zlib import crc32

from sayso_protocol.content.body import MALFORMED, Edit, Poll, Post, Repost

MALFORMED_CODE: Final = 0
POST_CODE: Final = 1
"""SQLite stores 0 and 1 in no bytes at all, and nearly all entries are posts."""
REPOST_CODE: Final = 2

_OWN_CODES: Final = {MALFORMED: MALFORMED_CODE, Post.KIND: POST_CODE, Repost.KIND: REPOST_CODE}


def kind_code(kind: str) -> int:
    """Return the number of a kind: four bytes for most."""
    code = _OWN_CODES.get(kind)
    return max(crc32(kind.encode()) >> 1, REPOST_CODE + 1) if code is None else code


POLL_CODE: Final = kind_code(Poll.KIND)
EDIT_CODE: Final = kind_code(Edit.KIND)

ORIGINALS: Final = (POST_CODE, POLL_CODE)
"""The kinds whose entries have words, and versions."""

SHOWN: Final = frozenset({POST_CODE, REPOST_CODE, POLL_CODE})
"""The kinds that are on timelines; indexes of schema/ name the same."""

SHOWN_CODES: Final = ", ".join(map(str, sorted(SHOWN)))
"""The same, for SQL."""
