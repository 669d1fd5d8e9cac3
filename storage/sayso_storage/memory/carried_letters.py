"""Carried letters in memory, for tests and the simulator: nothing is on a disk."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field

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

from ..interface.carried_letters import Collector, Held, Offer, PlacedLetter


@dataclass(frozen=True, slots=True)
class _Row:
    place: int
    lane: Lane
    letter: CarriedLetter


@dataclass
class _Tables:
    rows: dict[bytes, _Row] = field(default_factory=dict)
    gone: dict[bytes, tuple[int, LetterState]] = field(default_factory=dict)
    counts: Counter[tuple[int, bytes]] = field(default_factory=Counter)
    place: int = 0
    collectors: dict[tuple[bytes, bytes], int] = field(default_factory=dict)
    """The last day of each, by account and feed."""
    collected: dict[bytes, dict[bytes, int]] = field(default_factory=dict)
    """The feeds that have a letter which lies there for others, with the day."""

    def __copy__(self) -> _Tables:
        collected = {name: dict(had) for name, had in self.collected.items()}
        return _Tables(
            dict(self.rows), dict(self.gone), Counter(self.counts), self.place,
            dict(self.collectors), collected,
        )  # fmt: skip


class MemoryCarriedLetters:
    """See `CarriedLetters`."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._marks = Marks(random(32))
        self._tables = _Tables()
        self._depth = 0

    @contextmanager
    def writing(self) -> Iterator[None]:
        """See `CarriedLetters`."""
        with self._lock:
            before = None if self._depth else copy(self._tables)
            self._depth += 1
            try:
                yield
            except BaseException:
                if before is not None:
                    self._tables = before
                raise
            finally:
                self._depth -= 1

    def take(self, offer: Offer, today: int, limits: CarrierLimits) -> LetterState:
        """See `CarriedLetters`."""
        with self._lock:
            name = letter_id(offer.box, offer.letter)
            if self.states([name])[0] in (LetterState.CARRIED, LetterState.DELIVERED):
                return LetterState.KNOWN
            tag = self._marks.network(offer.network, today)
            counted = self._counted(offer)
            said = admit(offer.lane, len(offer.letter), self._usage(offer, tag, today), limits)
            if said.state is not LetterState.CARRIED:
                return said.state
            if said.displaces:
                self._displace(offer.box, offer.lane, today)
            tables = self._tables
            tables.place += 1
            letter = CarriedLetter(offer.box, today, offer.letter, tag, offer.stamp)
            tables.rows[name] = _Row(tables.place, offer.lane, letter)
            tables.gone.pop(self._marks.gone(name), None)
            for mark in counted:
                tables.counts[today, mark] += 1
            return LetterState.CARRIED

    def filled(self, boxes: Sequence[bytes]) -> tuple[bytes, ...]:
        """See `CarriedLetters`."""
        with self._lock:
            held = {row.letter.box for row in self._tables.rows.values()}
            return tuple(box for box in boxes if box in held)

    def note_collector(self, collector: Collector, today: int) -> None:
        """See `CarriedLetters`."""
        with self._lock:
            known, account = self._tables.collectors, collector.account
            known.pop((account, collector.feed), None)
            known[account, collector.feed] = today
            for key in [one for one in known if one[0] == account][:-MAX_COLLECTORS]:
                del known[key]

    def read(
        self,
        boxes: Collection[bytes],
        after: int,
        most: int,
        collector: Collector | None = None,
    ) -> list[PlacedLetter]:
        """See `CarriedLetters`."""
        with self._lock:
            collected = self._tables.collected
            found = [
                PlacedLetter(row.place, row.letter)
                for name, row in self._tables.rows.items()
                if row.place > after
                and row.letter.box in boxes
                and (collector is None or collector.feed not in collected.get(name, ()))
            ]
            return sorted(found, key=lambda one: one.place)[:most]

    def erase(
        self, ids: Sequence[bytes], today: int, collector: Collector | None = None
    ) -> tuple[LetterState, ...]:
        """See `CarriedLetters`."""
        with self._lock:
            others = set() if collector is None else self._others(collector, today)
            for name in ids:
                had = self._tables.collected.get(name, {})
                if others <= had.keys() or len(had) >= MAX_COLLECTORS:
                    self._remove(name, today, LetterState.DELIVERED)
                elif collector is not None and name in self._tables.rows:
                    mine = self._tables.collected.setdefault(name, {})
                    mine.setdefault(collector.feed, today)
                    gone = self._marks.gone(name)
                    self._tables.gone.setdefault(gone, (today, LetterState.DELIVERED))
            return self.states(ids)

    def states(self, ids: Sequence[bytes]) -> tuple[LetterState, ...]:
        """See `CarriedLetters`."""
        with self._lock:
            return tuple(map(self._state, ids))

    def expire(self, today: int) -> int:
        """See `CarriedLetters`."""
        with self._lock:
            tables = self._tables
            for name, had in list(tables.collected.items()):
                if min(had.values()) < today - LEFT_DAYS:
                    self._remove(name, today, LetterState.DELIVERED)
            before = len(tables.rows)
            oldest = today - KEEP_DAYS
            tables.rows = {n: row for n, row in tables.rows.items() if row.letter.day >= oldest}
            tables.collected = {n: had for n, had in tables.collected.items() if n in tables.rows}
            oldest = today - COLLECTOR_DAYS
            tables.collectors = {key: d for key, d in tables.collectors.items() if d >= oldest}
            oldest = today - TOMBSTONE_DAYS
            tables.gone = {mark: one for mark, one in tables.gone.items() if one[0] >= oldest}
            oldest = today - COUNT_DAYS
            tables.counts = Counter({k: n for k, n in tables.counts.items() if k[0] >= oldest})
            return before - len(tables.rows)

    def clear_log(self) -> bool:
        """See `CarriedLetters`."""
        return True

    def held(self) -> Held:
        """See `CarriedLetters`."""
        with self._lock:
            rows = self._tables.rows.values()
            secret = sum(len(row.letter.letter) for row in rows if row.lane is Lane.SECRET)
            return Held(len(rows), sum(len(row.letter.letter) for row in rows), secret)

    def close(self) -> None:
        """See `CarriedLetters`."""

    def _state(self, name: bytes) -> LetterState:
        gone = self._tables.gone.get(self._marks.gone(name))
        if gone is not None:  # it may still lie there for another device
            return gone[1]
        return LetterState.CARRIED if name in self._tables.rows else LetterState.NOT_HERE

    def _others(self, collector: Collector, today: int) -> set[bytes]:
        """The other devices for which letters at the doors of a collector wait."""
        return {
            feed
            for (account, feed), day in self._tables.collectors.items()
            if account == collector.account and day >= today - COLLECTOR_DAYS
        } - {collector.feed, *collector.ended}

    def _remove(self, name: bytes, today: int, state: LetterState) -> None:
        if self._tables.rows.pop(name, None) is not None:
            self._tables.collected.pop(name, None)
            self._tables.gone[self._marks.gone(name)] = today, state

    def _counted(self, offer: Offer) -> tuple[bytes, bytes, bytes]:
        """The marks by which peer, network, and network at this lane are counted."""
        network = offer.network.encode()
        return (
            self._marks.count("peer", offer.peer.encode()),
            self._marks.count("network", network),
            self._marks.count("lane", network, offer.box, bytes([offer.lane])),
        )

    def _usage(self, offer: Offer, tag: bytes, today: int) -> Usage:
        peer, network, lane = self._counted(offer)
        counts, held = self._tables.counts, self.held()
        lying = self._lying(offer.box, offer.lane)
        return Usage(
            room=held.size,
            secret_room=held.secret_size,
            of_peer=counts[today, peer],
            of_network=counts[today, network] if offer.network else 0,
            in_lane=lying.total(),
            brought_to_lane=sum(n for (_, mark), n in counts.items() if mark == lane),
            lies_of_network=lying[tag],
            most_of_one=max(lying.values(), default=0),
        )

    def _lying(self, box: bytes, lane: Lane) -> Counter[bytes]:
        rows = self._tables.rows.values()
        return Counter(row.letter.tag for row in rows if row.letter.box == box and row.lane is lane)

    def _displace(self, box: bytes, lane: Lane, today: int) -> None:
        lying = self._lying(box, lane)
        most = min(lying, key=lambda tag: (-lying[tag], tag))
        name = max(
            (
                name
                for name, row in self._tables.rows.items()
                if (row.letter.box, row.lane, row.letter.tag) == (box, lane, most)
            ),
            key=lambda name: self._tables.rows[name].place,
        )
        was = self._state(name)
        is_had = was is LetterState.DELIVERED  # by one device of several
        self._remove(name, today, was if is_had else LetterState.DISPLACED)
