"""Blobs: media by the hash of their bytes, whole or on their way.

What is held is whole and was verified; what is on its way is a partial blob, which is none of
these. A store of blobs knows no clock and no network: times are arguments, Unix milliseconds UTC,
and sizes bytes. Which entries name a blob, `Relations.attaching` says. Every method may raise
`StoreError`; `StoreFull` says that the disk has no room, and nothing of the write is kept.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from sayso_protocol.blob.verified_tree import VerifiedTree


@dataclass(frozen=True, slots=True)
class HeldBlob:
    """A whole blob. `looked_ms` is when somebody here looked at it last, or when it came. What is
    pinned stays until the owner takes that back."""

    cid: bytes
    size: int
    looked_ms: int
    is_pinned: bool


@dataclass(frozen=True, slots=True)
class PartialState:
    """A blob that is on its way, or was: `digest` is the hash in its CID, `size` how much room it
    takes now, `touched_ms` when something of it came last."""

    digest: bytes
    size: int
    touched_ms: int


class BlobReader(ABC):
    """A whole blob that is open: this machine does not evict it meanwhile. Where several machines
    share a store, what another one takes away ends in `StoreError` at the next read."""

    size: int

    @abstractmethod
    def read(self, start: int, size: int) -> bytes:
        """Up to `size` bytes from byte `start` on; fewer at the end."""

    @abstractmethod
    def inner_blocks(self) -> Sequence[bytes]:
        """The blocks above its leaves as `VerifiedTree` takes them; none where there is one
        leaf."""

    @abstractmethod
    def close(self) -> None:
        """Let it go; idempotent."""


class PartialBlob(ABC):
    """A blob on its way. Whoever writes to it has verified what he writes."""

    @abstractmethod
    def verified_leaves(self, tree: VerifiedTree) -> list[int]:
        """The leaves that lie here and are those of the complete tree, by hashing them: what was
        written before a crash. For a thread of its own: 1 GB takes a second."""

    @abstractmethod
    def write(self, index: int, data: bytes) -> None:
        """Write a verified leaf."""

    @abstractmethod
    def read(self, index: int, size: int) -> bytes:
        """A leaf that was written, of `size` bytes."""

    @abstractmethod
    def complete(self, tree: VerifiedTree, now_ms: int) -> HeldBlob:
        """All of it was written: make it a held blob, durably."""

    @abstractmethod
    def close(self) -> None:
        """Let it lie, to go on later; idempotent."""


class Blobs(ABC):
    """See the module."""

    @property
    @abstractmethod
    def place(self) -> str:
        """Where it is, for people."""

    def damaged(self) -> list[bytes]:
        """The digests of blobs that count as not held, since their bytes were found to be others;
        none of a store that leaves that to who reads."""
        return []

    def found_damaged(self) -> list[bytes]:
        """Those of them that were found so by this object, and did not come anew since."""
        return []

    @abstractmethod
    def add(self, source: BinaryIO, now_ms: int, *, pin: bool = True) -> HeldBlob:
        """Take in bytes of the owner, read to the end: on the disk when this returns. Raises
        `StoreError`, also where there is nothing to read or more than `MAX_BLOB`."""

    @abstractmethod
    def held(self, cid: bytes) -> HeldBlob | None:
        """A whole blob, or None."""

    @abstractmethod
    def held_among(self, cids: Iterable[bytes]) -> set[bytes]:
        """Those of them that are held."""

    @abstractmethod
    def all_held(self) -> list[HeldBlob]:
        """Every whole blob, the one that was looked at last first."""

    @abstractmethod
    def partials(self) -> list[PartialState]:
        """What is on its way, or was."""

    @abstractmethod
    def open(self, cid: bytes, now_ms: int | None = None) -> BlobReader | None:
        """A whole blob to read; with `now_ms` it counts as looked at then. None where it is not
        held."""

    @abstractmethod
    def pin(self, cid: bytes, *, on: bool) -> None:
        """Keep a blob, or no longer. It may come only later."""

    @abstractmethod
    def pinned(self) -> set[bytes]:
        """The digests of all that is pinned, held or not."""

    @abstractmethod
    def begin(self, cid: bytes, size: int | None) -> PartialBlob:
        """Begin, or go on with, a blob that is to come. Raises `StoreFull` where there is no room
        for `size` bytes."""

    @abstractmethod
    def remove(self, cids: Iterable[bytes]) -> int:
        """Remove blobs, pinned or not, and what is on its way of them; gives how many were there.
        Whoever reads one now reads on, or is told by `StoreError` that it went."""

    @abstractmethod
    def make_room(
        self, quota: int, wanted: int = 0, under_way: Collection[bytes] = ()
    ) -> list[HeldBlob]:
        """Evict blobs until those that are not pinned, what is on its way and `wanted` bytes more
        fit into the quota: first what has stopped on its way, but for the digests `under_way`, then
        the whole ones that were looked at longest ago. One that is open on this machine, or pinned,
        stays. Gives the whole ones that went."""

    @abstractmethod
    def occupied(self) -> int:
        """The bytes that count for the quota: what is not pinned, and what is on its way."""
