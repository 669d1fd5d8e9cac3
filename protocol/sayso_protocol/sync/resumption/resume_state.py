"""What is kept about a peer between two sessions, so that the next costs what is new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..wire.frames import Mark


@dataclass(frozen=True, slots=True)
class Interest:
    """What the peer wanted of this node, under the peer's own name for it."""

    token: bytes
    accounts: Sequence[bytes]
    """Wanted accounts that were carried here."""
    unmatched: Mapping[int, bytes] = field(default_factory=dict)
    """Blinded names that matched nothing, one after the other, by Unix day."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far this node knows the peer's store: `mark` of the store with `epoch`, with the
    list of wants that bore `token` then."""

    epoch: bytes
    mark: Mark
    token: bytes


@dataclass(frozen=True, slots=True)
class ResumeState:
    """Both directions of what is remembered of one peer."""

    interest: Interest | None = None
    place: Place | None = None


NOTHING = ResumeState()
