"""Ids that entries name, by how they begin: also of entries that are not held."""

from __future__ import annotations

from typing import Final

from ...index.body_facts import facts_of, ids_named_by
from ...interface.content.relations import QUOTE, REPOST, ROOT
from ..server.connection import Connection
from ..tables.content.named_rows import SUBJECT_SIZE
from ..tables.entry_rows import at_keys
from ..tables.feed_numbers import bucket, short

LOOKED_AT: Final = 1000
"""Entries that name such ids, in each of two indexes."""

_ANSWERING: Final = """
    SELECT feed, seq FROM replies
    WHERE bucket BETWEEN %s AND %s AND (bucket, parent) >= (%s, %s) AND (bucket, parent) <= (%s, %s)
    LIMIT %s"""

_SAYING: Final = f"""
    SELECT feed, seq FROM relations
    WHERE bucket BETWEEN %s AND %s AND subject BETWEEN %s AND %s
        AND code IN ({QUOTE}, {REPOST}, {ROOT}) LIMIT %s"""  # noqa: S608 - numbers


def named_ids(db: Connection, prefix: str, limit: int) -> list[bytes]:
    """See `Relations.named_ids`."""
    digits = prefix[: 2 * SUBJECT_SIZE]
    low, high = (bytes.fromhex(digits.ljust(2 * SUBJECT_SIZE, one)) for one in "0f")
    buckets = bucket(low), bucket(high)
    ends = buckets[0], short(low), buckets[1], short(high)
    keys = {
        (feed, seq)
        for feed, seq in (
            *db.rows(_ANSWERING, (*buckets, *ends, LOOKED_AT)),
            *db.rows(_SAYING, (*buckets, low, high, LOOKED_AT)),
        )
    }
    bodies = (entry.body for entry in at_keys(db, sorted(keys)))
    named = {one for body in bodies if body is not None for one in ids_named_by(facts_of(body))}
    return sorted(one for one in named if one.hex().startswith(prefix))[: max(limit, 0)]
