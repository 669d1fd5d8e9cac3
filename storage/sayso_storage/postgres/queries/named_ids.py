"""Ids that entries name, by how they begin: also of entries that are not held."""

from __future__ import annotations

from typing import Final

from ...index.body_facts import facts_of, ids_named_by
from ...interface.content.relations import QUOTE, REPOST, ROOT
from ..server.connection import Connection
from ..tables.content.relation_rows import SUBJECT_SIZE
from ..tables.entry_rows import SHORT, at_arrivals

LOOKED_AT: Final = 1000
"""Entries that name such ids, in each of two indexes."""

_ANSWERING = "SELECT arrival FROM replies WHERE parent BETWEEN %s AND %s LIMIT %s"
_SAYING = f"""
    SELECT arrival FROM acts
    WHERE subject BETWEEN %s AND %s AND code IN ({QUOTE}, {REPOST}, {ROOT}) LIMIT %s"""  # noqa: S608


def named_ids(db: Connection, prefix: str, limit: int) -> list[bytes]:
    """See `Relations.named_ids`."""
    arrivals = set[int]()
    for query, size in ((_ANSWERING, SHORT), (_SAYING, SUBJECT_SIZE)):
        digits = prefix[: 2 * size]
        low, high = (bytes.fromhex(digits.ljust(2 * size, one)) for one in "0f")
        arrivals.update(one for (one,) in db.run(query, (low, high, LOOKED_AT)))
    bodies = (entry.body for entry in at_arrivals(db, sorted(arrivals)))
    named = {one for body in bodies if body is not None for one in ids_named_by(facts_of(body))}
    return sorted(one for one in named if one.hex().startswith(prefix))[: max(limit, 0)]
