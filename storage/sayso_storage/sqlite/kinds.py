"""Kinds as numbers: what `entries.kind` holds.

Every kind has its number from the start, also one that only later software knows, so
learning a kind needs no new numbers. Two kinds may share one: who looks a kind up
compares the body too.
"""

from __future__ import annotations

from zlib import crc32

from sayso_protocol.body import MALFORMED, Post

MALFORMED_CODE = 0
POST_CODE = 1
"""SQLite stores 0 and 1 in no bytes at all, and nearly all entries are posts."""


def kind_code(kind: str) -> int:
    """Return the number of a kind: four bytes for all but posts and malformed bodies."""
    if kind == Post.KIND:
        return POST_CODE
    return MALFORMED_CODE if kind == MALFORMED else max(crc32(kind.encode()) >> 1, POST_CODE + 1)
