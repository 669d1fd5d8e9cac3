"""The state that is kept of a peer between two sessions, so that the next costs what is new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .rosters.basis import NOBODY, Basis
from .wire.frames import Mark


@dataclass(frozen=True, slots=True)
class Interest:
    """The accounts that the peer wanted of this node, under the peer's own name for the list."""

    token: bytes
    accounts: Sequence[bytes]
    """Wanted accounts that were carried here."""
    unmatched: Mapping[int, bytes] = field(default_factory=dict)
    """Blinded names that matched nothing, one after the other, by Unix day."""
    basis: Basis = NOBODY
    """The front ends that named it, where the peer is a store that has some."""


@dataclass(frozen=True, slots=True)
class Place:
    """The place up to which this node knows the peer's store: `mark` of the store with `epoch`,
    with the list of wants that bore `token` then."""

    epoch: bytes
    mark: Mark
    token: bytes
    basis: Basis = NOBODY
    """The front ends that told of it, where the peer is a store that has some."""


@dataclass(frozen=True, slots=True)
class ResumeState:
    """Both directions of what is kept of one peer."""

    interest: Interest | None = None
    place: Place | None = None


NOTHING = ResumeState()
