"""Versions of posts and polls. A feed's newest edit is found by one look-up in an index that only
edits are in; of edits by others nothing is read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from sayso_protocol.content.body import Edit, read_body

from ...index.body_facts import fold_tag
from ...index.kinds import ORIGINALS
from ...index.shown_version import first_to_mention, has_tag
from ...interface.content.relations import EDIT, order_of
from ...interface.records import StoredEntry
from ...validation.statement_rules import Successors, family
from ..server.connection import Connection
from ..tables import entry_rows
from ..tables.accounts.successors import successors
from ..tables.content.named_rows import SUBJECT_SIZE, feeds_of
from ..tables.entry_rows import AT, KEYS, Key
from ..tables.feed_numbers import bucket

MAX_VERSIONS: Final = 1000
"""Edits of one entry that are gone through for who was mentioned before."""

MOST_GAINED: Final = 10_000
"""Edits with one tag or word that are looked at: more than anybody reads of."""

_EDITED: Final = f"""
    SELECT w.subject FROM unnest(%s::int[], %s::bytea[]) AS w (bucket, subject)
    WHERE EXISTS (SELECT 1 FROM relations x
        WHERE x.bucket = w.bucket AND x.subject = w.subject AND x.code = {EDIT})"""  # noqa: S608

_BY_FEED: Final = f"""
    SELECT feed, seq FROM relations
    WHERE bucket = %s AND subject = %s AND code = {EDIT} AND feed = %s
    ORDER BY seq DESC LIMIT %s"""  # noqa: S608 - a number

_ORIGINALS: Final = f"""
    SELECT e.id FROM {KEYS} JOIN entries e ON {AT} WHERE e.kind = ANY(%s)"""  # noqa: S608

_WITH_TAG: Final = "SELECT feed, seq FROM edit_tags WHERE tag = %s ORDER BY arrival DESC LIMIT %s"


def by_ids(db: Connection, ids: Iterable[bytes]) -> dict[bytes, StoredEntry]:
    """See `Versions.by_ids`."""
    return entry_rows.by_ids(db, ids)


def shown_edits(db: Connection, ids: Iterable[bytes]) -> dict[bytes, StoredEntry]:
    """See `Versions.shown_edits`."""
    wanted = list(ids)
    edited = edited_among(db, wanted)
    if not edited:
        return {}
    after = successors(db)
    found = {}
    for entry in _originals(db, edited):
        if edits := _edits(db, entry, 1, after):
            found[entry.id] = edits[-1]
    return found


def edits(db: Connection, entry_id: bytes, limit: int) -> list[StoredEntry]:
    """See `Versions.edits`."""
    for entry in _originals(db, [entry_id]):
        if limit > 0:
            return _edits(db, entry, limit, successors(db))[-limit:]
    return []


def edited_among(db: Connection, ids: Sequence[bytes]) -> set[bytes]:
    """Those of some ids that an edit of anybody names."""
    subjects = list({one[:SUBJECT_SIZE] for one in ids})
    if not subjects:
        return set()
    rows = db.rows(_EDITED, ([bucket(one) for one in subjects], subjects))
    found = {subject for (subject,) in rows}
    return {one for one in ids if one[:SUBJECT_SIZE] in found}


def with_gained_tag(db: Connection, tag: str) -> list[StoredEntry]:
    """The entries of any account that have a tag by the edit that is shown in their place."""
    rows = db.rows(_WITH_TAG, (fold_tag(tag), MOST_GAINED))
    return edited_by(db, [(feed, seq) for feed, seq in rows])


def with_tag(
    db: Connection, tag: str, entries: Iterator[StoredEntry], size: int
) -> Iterator[StoredEntry]:
    """Those of these entries that have a tag in the version that is shown; `size` are looked at
    together."""
    folded = fold_tag(tag)
    while page := list(islice(entries, size)):
        shown = shown_edits(db, [entry.id for entry in page])
        yield from (one for one in page if has_tag(one, shown.get(one.id), folded))


def edited_by(db: Connection, keys: Sequence[Key]) -> list[StoredEntry]:
    """The entries in place of which these edits are shown."""
    named: dict[bytes, set[bytes]] = {}
    for edit in entry_rows.at_keys(db, keys):
        body = None if edit.body is None else read_body(edit.body)
        if isinstance(body, Edit):
            named.setdefault(body.of.id, set()).add(edit.id)
    shown = shown_edits(db, named)
    counting = [one for one, edit in shown.items() if edit.id in named[one]]
    return list(by_ids(db, counting).values())


def is_new_mention(db: Connection, entry: StoredEntry, own: Collection[bytes]) -> bool:
    """Whether an edit that mentions one of these accounts is the first to do so of the versions
    of what it is an edit of; one that does not count is not."""
    body = None if entry.body is None else read_body(entry.body)
    if not isinstance(body, Edit):
        return entry.damaged
    found = [*by_ids(db, [body.of.id]).values(), *edits(db, body.of.id, MAX_VERSIONS)]
    return first_to_mention(found, own) == entry.id


def _edits(db: Connection, entry: StoredEntry, limit: int, after: Successors) -> list[StoredEntry]:
    """The newest edits of each of the author's feeds, at least `limit` in all where there are so
    many, in their order."""
    subject = entry.id[:SUBJECT_SIZE]
    keys = [
        (number, seq)
        for feed in feeds_of(db, family(entry.account, after))
        for number, seq in db.rows(_BY_FEED, (bucket(subject), subject, feed, limit))
    ]
    return sorted(entry_rows.at_keys(db, keys), key=order_of)


def _originals(db: Connection, ids: Iterable[bytes]) -> list[StoredEntry]:
    """Those of the entries with these ids that may have versions."""
    wanted = set(ids)
    keys = entry_rows.keys_of_ids(db, wanted)
    rows = db.rows(_ORIGINALS, (*entry_rows.columns_of(keys), [*ORIGINALS]))
    of_kind = {one for (one,) in rows}
    found = entry_rows.at_keys(db, keys)
    return [entry for entry in found if entry.id in wanted and entry.id in of_kind]
