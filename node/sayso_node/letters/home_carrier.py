"""Home carrier: the own node, of which its courier asks no stream to be a carrier."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from sayso_protocol.letters.box import day_at, door_box, letter_id, secret_box
from sayso_protocol.letters.letter_frames import CarriedLetter, Deliver, LetterState
from sayso_protocol.letters.letter_limits import (
    DAYS_ROUND,
    KEEP_DAYS,
    MAX_IDS,
    MAX_LETTERS_FRAME,
    MAX_PEEKED,
)
from sayso_storage.interface.carried_letters import Collector

from ..clock import now_ms
from .carrier_service import CarrierService
from .letter_source import LaidLetter, LetterReport, Places, WaitingLetter

L = TypeVar("L", WaitingLetter, LaidLetter)

Keep = Callable[[Sequence[CarriedLetter]], None]
"""See `LetterSource.keep`."""


class HomeCarrier:
    """See the module. All raise `StoreError`, and are called in a thread."""

    def __init__(self, service: CarrierService) -> None:
        self._service = service

    @property
    def peer_id(self) -> str:
        """The own peer id."""
        return self._service.peer_id

    def of(self, letters: Iterable[L]) -> list[L]:
        """Those letters that are for accounts of which the own node is a carrier."""
        return [one for one in letters if self._service.has_doors_of(one.account)]

    def deliver(self, letters: Iterable[WaitingLetter]) -> list[LetterReport]:
        """Lay letters down; an answer for each."""
        sent = {one.id: Deliver(0, one.box, one.stamp, one.letter) for one in letters}
        said = self._service.take_all(self.peer_id, "", list(sent.values()))
        return [LetterReport(name, *one) for name, one in zip(sent, said, strict=True)]

    def states(self, ids: Sequence[bytes]) -> tuple[LetterState, ...]:
        """What became of letters."""
        return self._service.letters.states(ids)

    def collect(self, places: Places, keep: Keep) -> int:
        """Take what lies here for the owner: kept first, then erased; gives the number."""
        letters, taken = self._service.letters, 0
        boxes = [secret_box(key.public) for key in places.boxes]
        for at in range(0, len(boxes), MAX_PEEKED):
            taken += self._empty(boxes[at : at + MAX_PEEKED], keep)
        for door in places.doors:
            by = self._service.collector(door.grant.account, door.grant.feed)
            letters.note_collector(by, day_at(now_ms()))
            taken += self._empty([*_doors_of(by.account)], keep, by)
        if taken:
            letters.clear_log()
        return taken

    def _empty(self, boxes: Sequence[bytes], keep: Keep, by: Collector | None = None) -> int:
        filled, taken = self._service.letters.filled(boxes), 0
        for at in range(0, len(filled), MAX_IDS):
            taken += self._take(filled[at : at + MAX_IDS], keep, by)
        return taken

    def _take(self, boxes: Sequence[bytes], keep: Keep, by: Collector | None) -> int:
        letters, place, taken = self._service.letters, 0, 0
        while rows := letters.read(boxes, place, MAX_LETTERS_FRAME, by):
            place = rows[-1].place
            found = [one.letter for one in rows]
            keep(found)
            ids = [letter_id(one.box, one.letter) for one in found]
            letters.erase(ids, day_at(now_ms()), by)
            taken += len(ids)
        return taken


def door_days(now_ms: int) -> range:
    """The Unix days of whose doors something may lie at a carrier."""
    today = day_at(now_ms)
    return range(today - KEEP_DAYS, today + DAYS_ROUND + 1)


def boxes_of(places: Places) -> Iterator[bytes]:
    """All boxes in which letters for an owner may lie."""
    yield from (secret_box(key.public) for key in places.boxes)
    for door in places.doors:
        yield from _doors_of(door.grant.account)


def _doors_of(account: bytes) -> Iterator[bytes]:
    return (door_box(account, day) for day in door_days(now_ms()))
