"""One sync session as one side sees it: which frames may come, and when.

Pure: frames in, frames out as values; the caller moves the bytes and knows the time. The
session checks the peer's manners (order, numbers, limits); what is wanted and held is
`replica`'s business.

The picture in the documentation is drawn from `TRANSITIONS`. A pair that is missing there
is the peer's fault.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Final

from ..errors import NotAsked, ProtocolViolation, TooLarge, UnknownVersion
from ..limits import MAX_GIVEN_UP, MAX_OPEN_REQUESTS, MAX_WANTS
from .wire.frames import (
    Again,
    Ask,
    Bye,
    Entries,
    Frame,
    Get,
    Graft,
    Have,
    Heights,
    Hello,
    Mark,
    Miss,
    Prune,
    Say,
    Serve,
    Synced,
    Unwant,
    Want,
)

PROTOCOL_VERSION: Final = 1

_MOST_ASKED: Final = MAX_OPEN_REQUESTS - MAX_GIVEN_UP
"""Own asks that are waited for at a time."""


class State(Enum):
    """The state of a session, by what the peer has told so far."""

    SILENT = "silent"
    """Nothing: its hello must come first."""
    LISTING = "listing"
    """Hello; its list of wanted accounts is still coming, or is being remembered."""
    OPEN = "open"
    """Hello and the whole list: it may ask."""
    CLOSED = "closed"
    """It said goodbye: nothing may follow."""


TRANSITIONS: dict[State, dict[type, State]] = {
    State.SILENT: {Hello: State.LISTING, Bye: State.CLOSED},
    State.LISTING: {
        Want: State.OPEN,  # stays LISTING where the frame says `more`
        # Sent before it could know that the list that it named is not remembered.
        Unwant: State.LISTING,
        Have: State.LISTING,
        Entries: State.LISTING,
        Miss: State.LISTING,
        Heights: State.LISTING,
        Synced: State.LISTING,
        Mark: State.LISTING,
        Again: State.LISTING,
        Prune: State.LISTING,
        Graft: State.LISTING,
        Say: State.LISTING,
        Serve: State.LISTING,
        Bye: State.CLOSED,
    },
    State.OPEN: {
        Want: State.OPEN,
        Unwant: State.OPEN,
        Have: State.OPEN,
        Get: State.OPEN,
        Entries: State.OPEN,
        Miss: State.OPEN,
        Heights: State.OPEN,
        Synced: State.OPEN,
        Mark: State.OPEN,
        Again: State.OPEN,
        Prune: State.OPEN,
        Graft: State.OPEN,
        Say: State.OPEN,
        Serve: State.OPEN,
        Bye: State.CLOSED,
    },
    State.CLOSED: {},
}


class Session:
    """The peer's state, the asks open in each direction, the number of its wants."""

    def __init__(self) -> None:
        self.state = State.SILENT
        self.asked: dict[int, Ask] = {}
        """Own asks that are not answered yet, by number."""
        self._expired: set[int] = set()
        """Numbers of own asks that were given up and may still be answered."""
        self._answering: set[int] = set()
        """Numbers of the peer's asks that are not answered yet."""
        self._wants = 0
        self._named_a_list = False
        self._next_number = 1

    # --- what the peer sends -----------------------------------------------------------

    def receive(self, frame: Frame) -> list[Ask]:
        """Check one frame and follow it; the own asks that it answers are returned.

        Raises `ProtocolViolation`, `NotAsked`, `UnknownVersion` or `TooLarge`; the session is
        over then.
        """
        following = TRANSITIONS[self.state].get(type(frame))
        if following is None and self._is_resuming and isinstance(frame, Get):
            following = self.state
        if following is None:
            raise ProtocolViolation(
                f"a {type(frame).__name__} frame from a peer that is {self.state.value}"
            )
        if isinstance(frame, Want) and frame.more and self.state is State.LISTING:
            following = State.LISTING
        self.state = following
        return self._account(frame)

    @property
    def _is_resuming(self) -> bool:
        return self._named_a_list and self.state is State.LISTING

    def recall(self) -> None:
        """The list that the peer named in an earlier session is being looked up. Meanwhile it is
        told what is new to those who had it, and cannot know that it is not told all: it may ask
        for that."""
        self._named_a_list = True

    def resume(self) -> None:
        """The list that the peer named in an earlier session holds: it may ask."""
        if self.state is State.LISTING:
            self.state = State.OPEN

    def _account(self, frame: Frame) -> list[Ask]:
        match frame:
            case Hello(version=version) if version != PROTOCOL_VERSION:
                raise UnknownVersion("the peer speaks another version of the protocol")
            case Want(blinds=blinds):
                self._wants += len(blinds)
                if self._wants > MAX_WANTS:
                    raise TooLarge("the peer wants more accounts than it may name")
            case Unwant(blinds=blinds):
                self._wants = max(0, self._wants - len(blinds))
            case Get(asks=asks):
                for ask in asks:
                    self._owe(ask.number)
            case Entries(number=number) if number:
                return self._answered(number, frame)
            case Miss(numbers=numbers):
                return [ask for number in numbers for ask in self._answered(number, None)]
            case _:
                pass
        return []

    def _owe(self, number: int) -> None:
        if number in self._answering:
            raise ProtocolViolation("an ask with the number of one that is open")
        self._answering.add(number)
        if len(self._answering) > MAX_OPEN_REQUESTS:
            raise TooLarge("the peer asks faster than it takes answers")

    def _answered(self, number: int, frame: Entries | None) -> list[Ask]:
        if number in self._expired:
            self._expired.discard(number)
            return []
        ask = self.asked.pop(number, None)
        if ask is None:
            raise NotAsked("an answer to no question")
        if frame is not None:
            run = frame.run
            if run.feed != ask.feed or run.first < ask.first or run.last > ask.last:
                raise NotAsked("an answer to another question")
        return [ask]

    # --- what this side sends ----------------------------------------------------------

    def ask(self, ranges: Sequence[tuple[bytes, int, int]]) -> Get:
        """Make the frame that asks for (feed, first, last) each, and remember it."""
        asks = []
        for feed, first, last in ranges:
            ask = Ask(self._next_number, feed, first, last)
            self._next_number += 1
            self.asked[ask.number] = ask
            asks.append(ask)
        return Get(asks)

    @property
    def has_room(self) -> bool:
        """Whether more may be asked. Asks that were given up still wait at the peer and count
        there: one that is slow must not be asked for more than it may have open. Of what it
        may, half is for those that are waited for."""
        return len(self._expired) <= MAX_GIVEN_UP and len(self.asked) < _MOST_ASKED

    def give_up(self, ask: Ask) -> None:
        """Wait no longer for an answer; if it still comes, that is no offence."""
        del self.asked[ask.number]
        self._expired.add(ask.number)

    def answered(self, number: int) -> None:
        """Note that this side answered the peer's ask with this number."""
        self._answering.discard(number)
