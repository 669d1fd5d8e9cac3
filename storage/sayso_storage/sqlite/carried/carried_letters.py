"""Carried letters on SQLite; see `interface.carried_letters`."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from nacl.utils import random

from sayso_protocol.letters.admission import CarrierLimits, Lane, Usage, admit
from sayso_protocol.letters.box import letter_id
from sayso_protocol.letters.carrier_marks import Marks
from sayso_protocol.letters.letter_frames import CarriedLetter, LetterState
from sayso_protocol.letters.letter_limits import (
    COLLECTOR_DAYS,
    COUNT_DAYS,
    KEEP_DAYS,
    LEFT_DAYS,
    MAX_COLLECTORS,
    TOMBSTONE_DAYS,
)

from ...interface.carried_letters import Collector, Held, Offer, PlacedLetter
from ..file.side_database import SideDatabase

APPLICATION_ID: Final = 0x53415932
"""``SAY2``."""

LAYOUTS: Final = (
    """
    CREATE TABLE letters (
        place INTEGER PRIMARY KEY AUTOINCREMENT,
        id BLOB NOT NULL UNIQUE,
        box BLOB NOT NULL,
        lane INTEGER NOT NULL,
        day INTEGER NOT NULL,
        tag BLOB NOT NULL,
        letter BLOB NOT NULL,
        stamp BLOB
    ) STRICT;
    CREATE INDEX letters_by_box ON letters (box, lane, tag);
    CREATE INDEX letters_by_day ON letters (day);
    CREATE TABLE gone (
        mark BLOB PRIMARY KEY, day INTEGER NOT NULL, state INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX gone_by_day ON gone (day);
    CREATE TABLE counts (
        mark BLOB NOT NULL, day INTEGER NOT NULL, number INTEGER NOT NULL,
        PRIMARY KEY (mark, day)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX counts_by_day ON counts (day);
    CREATE TABLE totals (lane INTEGER PRIMARY KEY, number INTEGER NOT NULL, size INTEGER NOT NULL)
        STRICT;
    CREATE TABLE secret (key BLOB NOT NULL) STRICT;
    """,
    """
    CREATE TABLE collectors (
        account BLOB NOT NULL, device BLOB NOT NULL, day INTEGER NOT NULL,
        PRIMARY KEY (account, device)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX collectors_by_day ON collectors (day);
    CREATE TABLE collected (
        place INTEGER NOT NULL, device BLOB NOT NULL, day INTEGER NOT NULL,
        PRIMARY KEY (place, device)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX collected_by_day ON collected (day);
    """,
)

_NAMES_AT_ONCE: Final = 500
"""Variables in one statement."""

_PUT = """
    INSERT INTO letters (id, box, lane, day, tag, letter, stamp) VALUES (?, ?, ?, ?, ?, ?, ?)"""
_FILLED = "SELECT DISTINCT box FROM letters WHERE box IN ({marks})"
_READ = """
    SELECT place, box, day, letter, tag, stamp FROM letters WHERE box IN ({marks}) AND place > ?
    AND NOT EXISTS (
        SELECT 1 FROM collected WHERE collected.place = letters.place AND device = ?)
    ORDER BY place LIMIT ?"""
_LYING = """
    SELECT tag, count(*) AS number FROM letters WHERE box = ? AND lane = ?
    GROUP BY tag ORDER BY number DESC, tag"""
_LATEST = """
    SELECT id FROM letters WHERE box = ? AND lane = ? AND tag = ? ORDER BY place DESC LIMIT 1"""
_DELETE = "DELETE FROM letters WHERE id = ? RETURNING lane, length(letter), place"
_EXPIRE = "DELETE FROM letters WHERE day < ? RETURNING lane, length(letter), place"
_LEFT_LONG = """
    SELECT id FROM letters WHERE place IN (SELECT place FROM collected WHERE day < ?)"""
_COLLECTED = "SELECT device FROM collected WHERE place = ?"
_FORGET_COLLECTED = "DELETE FROM collected WHERE place = ?"
_COLLECTORS = "SELECT device FROM collectors WHERE account = ? AND day >= ?"
_TOO_MANY = """
    DELETE FROM collectors WHERE account = ?1 AND device IN (
        SELECT device FROM collectors WHERE account = ?1 ORDER BY day DESC, device = ?2 DESC
        LIMIT -1 OFFSET ?3)"""
_BURY = "INSERT OR REPLACE INTO gone VALUES (?, ?, ?)"
_COUNT = """
    INSERT INTO counts VALUES (?, ?, 1)
    ON CONFLICT (mark, day) DO UPDATE SET number = number + 1"""
_ADD = """
    INSERT INTO totals VALUES (?, ?, ?) ON CONFLICT (lane)
    DO UPDATE SET number = number + excluded.number, size = size + excluded.size"""


class SqliteCarriedLetters:
    """See `CarriedLetters`."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it. Raises `StoreError`."""
        self._database = SideDatabase(path, APPLICATION_ID, LAYOUTS)
        try:
            with self._database.writing() as db:
                row = db.execute("SELECT key FROM secret").fetchone()
                if row is None:
                    row = (random(32),)
                    db.execute("INSERT INTO secret VALUES (?)", row)
            self._marks = Marks(row[0])
        except BaseException:
            self._database.close()
            raise

    @contextmanager
    def writing(self) -> Iterator[None]:
        """See `CarriedLetters`."""
        with self._database.writing():
            yield

    def take(self, offer: Offer, today: int, limits: CarrierLimits) -> LetterState:
        """See `CarriedLetters`."""
        with self._database.writing() as db:
            name = letter_id(offer.box, offer.letter)
            if self._state(db, name) in (LetterState.CARRIED, LetterState.DELIVERED):
                return LetterState.KNOWN
            tag = self._marks.network(offer.network, today)
            lying = dict(db.execute(_LYING, (offer.box, int(offer.lane))).fetchall())
            usage = self._usage(db, offer, lying, tag, today)
            said = admit(offer.lane, len(offer.letter), usage, limits)
            if said.state is not LetterState.CARRIED:
                return said.state
            if said.displaces:
                key = offer.box, int(offer.lane), next(iter(lying))  # the most come first
                (latest,) = db.execute(_LATEST, key).fetchone()
                was = self._state(db, latest)
                is_had = was is LetterState.DELIVERED  # by one device of several
                self._remove(db, latest, today, was if is_had else LetterState.DISPLACED)
            row = name, offer.box, int(offer.lane), today, tag, offer.letter
            db.execute(_PUT, (*row, _stamp_bytes(offer.stamp)))
            db.execute(_ADD, (int(offer.lane), 1, len(offer.letter)))
            db.execute("DELETE FROM gone WHERE mark = ?", (self._marks.gone(name),))
            db.executemany(_COUNT, [(mark, today) for mark in self._counted(offer)])
            return LetterState.CARRIED

    def filled(self, boxes: Sequence[bytes]) -> tuple[bytes, ...]:
        """See `CarriedLetters`."""
        held: set[bytes] = set()
        with self._database.reading() as db:
            for at in range(0, len(boxes), _NAMES_AT_ONCE):
                some = boxes[at : at + _NAMES_AT_ONCE]
                rows = db.execute(_FILLED.format(marks=_marks(some)), some)
                held.update(box for (box,) in rows)
        return tuple(box for box in boxes if box in held)

    def note_collector(self, collector: Collector, today: int) -> None:
        """See `CarriedLetters`."""
        key = self._marks.device(collector.account), self._device(collector)
        with self._database.reading() as db:
            query = "SELECT day FROM collectors WHERE account = ? AND device = ?"
            if db.execute(query, key).fetchone() == (today,):
                return
        with self._database.writing() as db:
            db.execute("INSERT OR REPLACE INTO collectors VALUES (?, ?, ?)", (*key, today))
            db.execute(_TOO_MANY, (*key, MAX_COLLECTORS))

    def read(
        self,
        boxes: Collection[bytes],
        after: int,
        most: int,
        collector: Collector | None = None,
    ) -> list[PlacedLetter]:
        """See `CarriedLetters`."""
        device = b"" if collector is None else self._device(collector)
        with self._database.reading() as db:
            query = _READ.format(marks=_marks(boxes))
            rows = db.execute(query, (*boxes, after, device, most)).fetchall()
        return [
            PlacedLetter(place, CarriedLetter(box, day, letter, tag, _stamp_of(stamp)))
            for place, box, day, letter, tag, stamp in rows
        ]

    def erase(
        self, ids: Sequence[bytes], today: int, collector: Collector | None = None
    ) -> tuple[LetterState, ...]:
        """See `CarriedLetters`."""
        with self._database.writing() as db:
            others = set() if collector is None else self._others(db, collector, today)
            for name in ids:
                if (
                    collector is None
                    or not others
                    or not self._leave(db, name, self._device(collector), others, today)
                ):
                    self._remove(db, name, today, LetterState.DELIVERED)
            return tuple(self._state(db, name) for name in ids)

    def states(self, ids: Sequence[bytes]) -> tuple[LetterState, ...]:
        """See `CarriedLetters`."""
        with self._database.reading() as db:
            return tuple(self._state(db, name) for name in ids)

    def expire(self, today: int) -> int:
        """See `CarriedLetters`."""
        with self._database.writing() as db:
            for (name,) in db.execute(_LEFT_LONG, (today - LEFT_DAYS,)).fetchall():
                self._remove(db, name, today, LetterState.DELIVERED)
            rows = db.execute(_EXPIRE, (today - KEEP_DAYS,)).fetchall()
            db.executemany(_ADD, [(lane, -1, -size) for lane, size, _ in rows])
            db.executemany(_FORGET_COLLECTED, [(place,) for _, _, place in rows])
            db.execute("DELETE FROM collectors WHERE day < ?", (today - COLLECTOR_DAYS,))
            db.execute("DELETE FROM gone WHERE day < ?", (today - TOMBSTONE_DAYS,))
            db.execute("DELETE FROM counts WHERE day < ?", (today - COUNT_DAYS,))
            return len(rows)

    def clear_log(self) -> bool:
        """See `CarriedLetters`."""
        return self._database.truncate_log()

    def held(self) -> Held:
        """See `CarriedLetters`."""
        with self._database.reading() as db:
            return self._held(db)

    def close(self) -> None:
        """See `CarriedLetters`."""
        self._database.close()

    def _held(self, db: sqlite3.Connection) -> Held:
        rows = db.execute("SELECT lane, number, size FROM totals").fetchall()
        secret = sum(size for lane, _, size in rows if lane == Lane.SECRET)
        return Held(sum(row[1] for row in rows), sum(row[2] for row in rows), secret)

    def _state(self, db: sqlite3.Connection, name: bytes) -> LetterState:
        mark = (self._marks.gone(name),)
        row = db.execute("SELECT state FROM gone WHERE mark = ?", mark).fetchone()
        if row is not None:  # it may still lie there for another device
            return LetterState(row[0])
        lies = db.execute("SELECT 1 FROM letters WHERE id = ?", (name,)).fetchone()
        return LetterState.CARRIED if lies else LetterState.NOT_HERE

    def _device(self, collector: Collector) -> bytes:
        return self._marks.device(collector.account, collector.feed)

    def _others(self, db: sqlite3.Connection, collector: Collector, today: int) -> set[bytes]:
        """The other devices for which letters at the doors of a collector wait."""
        account = collector.account
        key = self._marks.device(account), today - COLLECTOR_DAYS
        found = {device for (device,) in db.execute(_COLLECTORS, key)}
        ended = (self._marks.device(account, feed) for feed in collector.ended)
        return found.difference(ended, [self._device(collector)])

    def _leave(
        self, db: sqlite3.Connection, name: bytes, device: bytes, others: set[bytes], today: int
    ) -> bool:
        """Note that a device has a letter; whether it stays for others, which have not."""
        row = db.execute("SELECT place FROM letters WHERE id = ?", (name,)).fetchone()
        if row is None:
            return False
        had = {one for (one,) in db.execute(_COLLECTED, row)}
        if others <= had or len(had) >= MAX_COLLECTORS:
            return False
        db.execute("INSERT OR IGNORE INTO collected VALUES (?, ?, ?)", (*row, device, today))
        gone = self._marks.gone(name), today, int(LetterState.DELIVERED)
        db.execute("INSERT OR IGNORE INTO gone VALUES (?, ?, ?)", gone)
        return True

    def _remove(self, db: sqlite3.Connection, name: bytes, today: int, state: LetterState) -> None:
        row = db.execute(_DELETE, (name,)).fetchone()
        if row is not None:
            db.execute(_ADD, (row[0], -1, -row[1]))
            if row[0] != Lane.SECRET:
                db.execute(_FORGET_COLLECTED, (row[2],))
            db.execute(_BURY, (self._marks.gone(name), today, int(state)))

    def _counted(self, offer: Offer) -> tuple[bytes, bytes, bytes]:
        """The marks by which peer, network, and network at this lane are counted."""
        network = offer.network.encode()
        return (
            self._marks.count("peer", offer.peer.encode()),
            self._marks.count("network", network),
            self._marks.count("lane", network, offer.box, bytes([offer.lane])),
        )

    def _usage(
        self, db: sqlite3.Connection, offer: Offer, lying: dict[bytes, int], tag: bytes, today: int
    ) -> Usage:
        def counted(mark: bytes, since: int) -> int:
            query = "SELECT coalesce(sum(number), 0) FROM counts WHERE mark = ? AND day >= ?"
            return int(db.execute(query, (mark, since)).fetchone()[0])

        peer, network, lane = self._counted(offer)
        held = self._held(db)
        return Usage(
            room=held.size,
            secret_room=held.secret_size,
            of_peer=counted(peer, today),
            of_network=counted(network, today) if offer.network else 0,
            in_lane=sum(lying.values()),
            brought_to_lane=counted(lane, 0),
            lies_of_network=lying.get(tag, 0),
            most_of_one=max(lying.values(), default=0),
        )


def _stamp_bytes(stamp: int | None) -> bytes | None:
    """A stamp as it is stored: an integer of SQLite has a sign, and no room for all of them."""
    return None if stamp is None else stamp.to_bytes(8, "big")


def _stamp_of(stored: bytes | None) -> int | None:
    return None if stored is None else int.from_bytes(stored, "big")


def _marks(names: Collection[bytes]) -> str:
    return ",".join("?" * len(names))
