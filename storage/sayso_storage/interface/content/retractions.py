"""Retractions: the entries that their author took back, what shows it, and the role that knows.

An entry whose body is gone for that is *blank*. It counts as taken back while a retraction names it
(its account, feed, number and id) that is of the same account, under any of its keys, and is held
or was shown by a proof. Which comes first does not matter, nor in which feed of the account it is.
A retraction itself is never blank.

With an entry go its edits. Until a retraction names them, too, nobody could be shown why: such an
edit is *unproven*, and neither offered nor sent. Where a retraction counts no longer, since its
feed ended before it, what it blanked is removed, to be fetched again; but never of the own feed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import NamedTuple

from sayso_protocol.content.body import Reference
from sayso_protocol.feed.absence import AbsenceProof
from sayso_protocol.ranges import Range

from ..records import StoredEntry


class Blank(NamedTuple):
    """The numbers of a feed's entries that are blank, ascending: `proven` ones are passed on
    without their bodies, to whoever takes proofs, `unproven` ones to nobody."""

    proven: list[Range]
    unproven: list[Range]


class Retractions(ABC):
    """See the module."""

    @abstractmethod
    def blank(self, feeds: Iterable[bytes] | None = None) -> dict[bytes, Blank]:
        """The entries that are blank, by feed; all, or those of some feeds. Feeds without any are
        left out."""

    @abstractmethod
    def blank_within(self, feed: bytes, first: int, last: int) -> Blank:
        """The same of a part of a feed."""

    @abstractmethod
    def taken_back(self, ids: Iterable[bytes]) -> set[bytes]:
        """Those of these entries, by full id, that count as taken back: held or not, since a
        retraction may come first. What is not held has to be named by its own account's key."""

    @abstractmethod
    def retracted(self, feed: bytes, first: int, last: int) -> set[tuple[int, bytes]]:
        """The number and the id of each entry in a range of a feed that counts as taken back, held
        or not."""

    @abstractmethod
    def proofs(self, feed: bytes, first: int, last: int) -> dict[int, AbsenceProof]:
        """For the blank entries of a range of a feed, by number, what shows that they were taken
        back."""

    @abstractmethod
    def edits_of(self, reference: Reference) -> list[StoredEntry]:
        """The edits of an entry by its own account, those that are blank with it included, in order
        of arrival."""

    @abstractmethod
    def same_account(self, account: bytes, other: bytes) -> bool:
        """Whether two keys are one account, by the rotations that are kept."""

    @abstractmethod
    def release_blank(self) -> list[bytes]:
        """Remove the entries that are blank without a retraction that counts; gives their feeds, of
        which more is to be fetched again. Peers whose stores were known are forgotten then."""

    @abstractmethod
    def let_go_blobs(self) -> list[bytes]:
        """The binary CIDs of attachments of which an entry was taken back, until `forget_blobs`:
        whoever keeps blobs removes those that no other entry names."""

    @abstractmethod
    def forget_blobs(self, cids: Iterable[bytes]) -> None:
        """These have been looked at."""

    @property
    @abstractmethod
    def has_to_erase(self) -> bool:
        """Whether bytes of what was taken back may still lie in the store's files."""

    @abstractmethod
    def erase(self, progress: Callable[[int], None] | None = None) -> bool:
        """Remove what was taken back from the store's files: from the index of words, the log of
        writes and free pages. In steps, between which others write; `progress` is told the steps
        done. True where nothing is left; False where somebody still reads what was there before,
        or wrote meanwhile: then it is to be called again."""
