"""Statements: what accounts say of their feeds besides grants, and fork proofs.

Revokes and rotations set where feeds end; a proof says that a feed has forked. Only what counts is
given out again.

**Key changes** are what happened to the keys of accounts that are shown, for their readers to know.
They are noted as they come in, since statements carry no time: only of the own account and of
those that are followed, each once, and nothing while a new home is filled (before the own feed has
an entry all of it is past). An account has a bounded number of feeds, so of one account a bounded
number is noted, whatever it signs.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from sayso_protocol.accounts.attestation import Attestation
from sayso_protocol.accounts.statement import Revoke, Rotate
from sayso_protocol.errors import Refused

from .errors import StoreError
from .records import FeedState

KEY_CHANGED: Final = "key-changed"
DEVICE_ADDED: Final = "device-added"
DEVICE_REVOKED: Final = "device-revoked"
FORKED: Final = "forked"
FORK_ENDED: Final = "fork-ended"


class KeyChange(NamedTuple):
    """One change: `account` was rotated to the key `about` (`KEY_CHANGED`); or the feed `about` of
    it is new beside others that were held (`DEVICE_ADDED`), was ended by a revoke
    (`DEVICE_REVOKED`), has forked (`FORKED`), or had forked and was ended by a revoke
    (`FORK_ENDED`). `time_ms` is when that came here."""

    kind: str
    account: bytes
    about: bytes
    time_ms: int


class Statements(ABC):
    """The statements that a store keeps."""

    @abstractmethod
    def add_statements(
        self, statements: Sequence[Attestation], now_ms: int
    ) -> list[bool | Refused | StoreError]:
        """Take in what accounts say of their feeds, and fork proofs, in one transaction. For
        each, in order: True where it changed what counts, False where it did not, or why it
        was refused.

        - `NotSubscribed` for a revoke or rotation of an account that is not carried;
        - `TooLarge` for one more revoke of an unknown feed than `MAX_FEEDS_AN_ACCOUNT` (a
          revoke may come before the grant of its feed);
        - `NotGranted` for a rotation while no grant of the account is known, and for a proof
          against a feed whose grant is not known;
        - `PromiseBroken` and `CircularRotation`, see `sayso_protocol.accounts.statement`: of
          rotations that form a circle the last by its signed bytes is refused, or dropped if it
          is kept: then the revokes of its account count, which are kept beside a rotation.

        A revoke or rotation sets `FeedState.end` of the feeds that it speaks of, and removes
        what an end excludes; what lies below it and was not contradicted stays. Of the
        proofs against one feed the first is kept and is True; each lowers `forked_at`.
        Survives a power cut where the account is own or a successor of the own one."""

    @abstractmethod
    def declare(
        self, account: bytes, make: Callable[[Sequence[FeedState]], Revoke | Rotate], now_ms: int
    ) -> bool:
        """Let an account that is own speak of its feeds as they are, durably. True where it
        changed what counts.

        Within one exclusive write transaction: reads the account's feeds, calls `make` with them
        (which signs the statement) and takes that in. So no entry that another process publishes
        falls between what is read and what is said. `make` must not call the store. The
        transaction is rolled back where it raises. Raises what `add_statements` gives."""

    @abstractmethod
    def statements_of(self, account: bytes) -> list[Attestation]:
        """The statements of an account that count, besides grants: its rotation or else its
        revokes, and the fork proofs against its feeds. In order of arrival."""

    @abstractmethod
    def statements_since(self, arrival: int) -> list[Attestation]:
        """The statements that count and came while the newest entry was the one at this place in
        the order of arrival, or a later one. In order of arrival."""

    @abstractmethod
    def key_changes(self, limit: int = 50, since_ms: int | None = None) -> list[KeyChange]:
        """Key changes of `shown_accounts`, newest first; `since_ms` is included. What `declare`
        says is not among them: whoever declares knows of it."""
