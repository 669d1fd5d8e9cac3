"""Entries of others that name the own account or an entry of it: candidates for notifications.

A row is written when the later of the two comes, the entry that names or the one that is named.
Where the own account gets another key, or loses entries, all are made anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ....index.body_facts import IndexedFacts
from ....interface.content.relations import FOLLOW, MENTION, QUOTE, REACT, REPOST
from ....validation.statement_rules import family
from ...server.connection import Connection
from ..accounts.successors import successors
from ..entry_rows import SHORT, marks

REPLY = 0
"""The code of a reply. Of an entry that is of several kinds the lowest code counts: those of posts
are in the order of `NOTIFICATION_KINDS`, and others are of one."""

_OWNER = "SELECT key FROM accounts WHERE own"

_FEEDS = """
    SELECT f.number FROM accounts a JOIN feeds f ON f.account = a.number
    WHERE a.key IN ({})"""

_OWN_ENTRIES = "(SELECT id FROM entries WHERE feed IN ({own}))"
_ONE = "(SELECT %(id)s AS id)"

_ABOUT_ENTRIES = f"""
    SELECT r.sort_ms, r.seq, r.arrival, {REPLY} AS code
    FROM {{entries}} o JOIN replies r ON r.parent = substr(o.id, 1, {SHORT})
    JOIN entries e ON e.arrival = r.arrival
    WHERE e.feed NOT IN ({{own}}) AND instr(e.body, o.id)
    UNION ALL
    SELECT x.sort_ms, x.seq, x.arrival, x.code
    FROM {{entries}} o JOIN acts x ON x.subject = substr(o.id, 1, 16)
        AND x.code IN ({REACT}, {REPOST}, {QUOTE})
    WHERE x.feed NOT IN ({{own}})"""  # noqa: S608 - numbers of feeds

_ABOUT_KEYS = f"""
    SELECT x.sort_ms, x.seq, x.arrival, x.code FROM acts x
    WHERE x.subject IN ({{keys}}) AND x.code IN ({MENTION}, {FOLLOW})
        AND x.feed NOT IN ({{own}})"""  # noqa: S608

_CHOSEN = "SELECT sort_ms, seq, arrival, min(code) FROM ({}) WHERE TRUE GROUP BY 1, 2, 3"

_INSERT = f"""
    INSERT INTO named (sort_ms, seq, arrival, code) {_CHOSEN}
    ON CONFLICT DO UPDATE SET code = min(code, excluded.code)"""

_HELD = "SELECT feed, first, last, top FROM held WHERE feed IN ({})"
_IDS = "SELECT id FROM entries WHERE feed = %s AND seq BETWEEN %s AND %s"


class OwnNames:
    """The own account under all its keys, and its entries; each as far as it was last looked."""

    def __init__(self) -> None:
        self.keys: list[bytes] = []
        self.feeds: list[int] = []
        self._ids: set[bytes] = set()
        self._loaded: dict[tuple[int, int], tuple[int, bytes]] = {}
        """By feed and first number of a stretch, the last number that was there, and its id."""

    def refresh(self, db: Connection) -> None:
        """Look again. Ids that are gone may stay: who names them is found to name nothing."""
        self.keys = own_keys(db)
        self.feeds = feeds_of(db, self.keys)
        for feed, first, last, top in db.run(_HELD.format(_list(self.feeds))).fetchall():
            known, name = self._loaded.get((feed, first), (first - 1, None))
            if name is not None and db.run(_IDS, (feed, known, known)).fetchone() != (name,):
                known = first - 1  # another branch
            if known < last:
                self._ids.update(one for (one,) in db.run(_IDS, (feed, known + 1, last)))
            self._loaded[feed, first] = last, top

    def code_of(self, facts: IndexedFacts) -> int | None:
        """The code of an entry of another's that names the own account or an entry of it."""
        if facts.reply in self._ids:
            return REPLY
        codes = [
            one.code
            for one in facts.relations
            if one.subject in (self.keys if one.code in (MENTION, FOLLOW) else self._ids)
            and one.code in _CODES
        ]
        return min(codes, default=None)


_CODES = frozenset({REACT, REPOST, QUOTE, MENTION, FOLLOW})


def own_keys(db: Connection) -> list[bytes]:
    """The own account under all its keys; empty where the store has no owner."""
    owner = db.run(_OWNER).fetchone()
    return [] if owner is None else family(owner[0], successors(db))


def feeds_of(db: Connection, keys: list[bytes]) -> list[int]:
    """The feeds of accounts."""
    return [number for (number,) in db.run(_FEEDS.format(marks(len(keys))), keys)]


def note_own(db: Connection, ids: Iterable[bytes]) -> None:
    """Enter what names own entries that have come just now."""
    own = _list(feeds_of(db, own_keys(db)))
    query = _INSERT.format(_ABOUT_ENTRIES.format(entries=_ONE, own=own))
    db.run_each(query, ({"id": one} for one in ids))


def rebuild(db: Connection) -> None:
    """Make all rows anew."""
    db.run("DELETE FROM named")
    query, values = _everything(db)
    db.run(_INSERT.format(query), values)


def remove(db: Connection, place: tuple[int, int, int]) -> None:
    """Remove the row of an entry, if it has one."""
    db.run("DELETE FROM named WHERE sort_ms = %s AND seq = %s AND arrival = %s", place)


def problems(db: Connection) -> Iterator[str]:
    """One line where the rows are not what entries say."""
    query, values = _everything(db)
    wanted = db.run(_CHOSEN.format(query), values)
    if set(wanted) != set(db.run("SELECT sort_ms, seq, arrival, code FROM named")):
        yield "what names the own account is not what entries say"


def _everything(db: Connection) -> tuple[str, list[bytes]]:
    keys = own_keys(db)
    own = _list(feeds_of(db, keys))
    entries = _OWN_ENTRIES.format(own=own)
    about = _ABOUT_ENTRIES.format(entries=entries, own=own)
    subjects = [key[:16] for key in keys]
    return f"{about} UNION ALL {_ABOUT_KEYS.format(keys=marks(len(keys)), own=own)}", subjects


def _list(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))
