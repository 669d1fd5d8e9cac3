"""Admission: whether a carrier takes a letter, and who gives way for it. Cheapest refusals first.

Doors have two lanes a day, a free one and one for stamps. A network may bring only so many letters
to each. A full lane is shared: the network of which most lie there loses its latest, unless the new
letter's own would then be as many; so newcomers from quiet networks always find a place.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

from .letter_frames import LetterState
from .letter_limits import (
    MAX_BOX_LETTERS,
    MAX_NETWORK_LETTERS,
    MAX_PEER_LETTERS,
    MAX_ROOM,
    SECRET_SHARE,
)


class Lane(IntEnum):
    """Where a letter lies."""

    SECRET = 0
    """In a secret box."""
    FREE = 1
    """At a door, without a stamp that is worth the least price."""
    PAID = 2


class LaneBounds(NamedTuple):
    """Letters that lie in a lane of one door and day, and that one network brings there."""

    places: int
    a_network: int


_FREE: Final = LaneBounds(64, 3)
_PAID: Final = LaneBounds(192, 8)


@dataclass(frozen=True, slots=True)
class CarrierLimits:
    """The bounds of one carrier; see `letter_limits`."""

    room: int = MAX_ROOM
    box_letters: int = MAX_BOX_LETTERS
    peer_letters: int = MAX_PEER_LETTERS
    network_letters: int = MAX_NETWORK_LETTERS
    free: LaneBounds = _FREE
    paid: LaneBounds = _PAID

    @property
    def secret_room(self) -> int:
        """Bytes of all letters in secret boxes."""
        return self.room // SECRET_SHARE

    @property
    def door_letters(self) -> int:
        """Letters at one door."""
        return self.free.places + self.paid.places


DEFAULT_LIMITS: Final = CarrierLimits()


@dataclass(frozen=True, slots=True)
class Usage:
    """What lies at a carrier, and what came today, as far as one letter is concerned."""

    room: int
    """Bytes of all letters."""
    secret_room: int
    """Bytes of those in secret boxes."""
    of_peer: int
    """Letters that the peer brought today."""
    of_network: int
    """Letters that its network brought today; 0 where networks are not told apart."""
    in_lane: int
    """Letters that lie in the box, at a door in the lane."""
    brought_to_lane: int
    """Letters that the network brought to the lane on its day, those collected included."""
    lies_of_network: int
    """Letters of the network that lie in the lane."""
    most_of_one: int
    """Letters of the network of which most lie in the lane."""


class Admission(NamedTuple):
    """What becomes of a letter; `displaces` says that the latest of the network of which most lie
    in its lane gives way."""

    state: LetterState
    displaces: bool = False


def lane_of(bits: int, least: int | None) -> Lane:
    """The lane of a letter at a door, with a stamp worth so many bits; `least` is the lowest price
    of that door and day, None where nobody may pay."""
    return Lane.PAID if least is not None and bits >= least else Lane.FREE


def admit(lane: Lane, size: int, usage: Usage, limits: CarrierLimits = DEFAULT_LIMITS) -> Admission:
    """Decide on a letter of so many bytes that is not known yet."""
    if usage.of_peer >= limits.peer_letters or usage.of_network >= limits.network_letters:
        return Admission(LetterState.SLOW)
    if usage.room + size > limits.room:
        return Admission(LetterState.FULL)
    if lane is Lane.SECRET:
        full = usage.in_lane >= limits.box_letters or usage.secret_room + size > limits.secret_room
        return Admission(LetterState.FULL if full else LetterState.CARRIED)
    is_free = lane is Lane.FREE
    bounds = limits.free if is_free else limits.paid
    if usage.brought_to_lane >= bounds.a_network:
        return Admission(LetterState.PRICE if is_free else LetterState.SLOW)
    if usage.in_lane < bounds.places:
        return Admission(LetterState.CARRIED)
    if usage.lies_of_network + 1 < usage.most_of_one:
        return Admission(LetterState.CARRIED, displaces=True)
    return Admission(LetterState.PRICE if is_free else LetterState.FULL)
