"""Invites: those that the owner made and who took them, and those of others that the owner took.

An **own invite** is known by its token. What becomes of who takes it was decided when it was made.
An **accepted invite** says where an account's node is, and how the *promise* of the account's next
key begins. While no grant of the account is held, that binds it: a grant that promises another key
is refused, so a newcomer is safe from whoever stole the account's key and says so first.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a command that reads or posts has no use for them
    from .invite_records import AcceptedInvite, Guest, InviteOutcome, OwnInvite


class Invites(ABC):
    """The invites of a store."""

    @abstractmethod
    def add_invite(self, invite: OwnInvite) -> None:
        """Keep an own invite, durably. Raises `StoreError` where there are `MAX_INVITES`, none of
        them revoked or expired by then; of those the oldest gives way."""

    @abstractmethod
    def invites(self) -> list[OwnInvite]:
        """The own invites, in the order in which they were made."""

    @abstractmethod
    def revoke_invite(self, token: bytes, now_ms: int) -> bool:
        """Let nobody in by it any more, durably. False where there is none, or it was revoked."""

    @abstractmethod
    def admit_guest(
        self, token: bytes, account: bytes, petname: str | None, now_ms: int
    ) -> tuple[InviteOutcome, OwnInvite | None, bool]:
        """Let an account take an own invite, durably: what came of it, the invite if it is known,
        and whether this is new. Who has taken it before has taken it, whatever became of it since.
        Where it is new and the invite says so, the account is followed from now on; `petname` is
        what it is called then, unless it has another name already."""

    @abstractmethod
    def guests(self, limit: int = 50, since_ms: int | None = None) -> list[Guest]:
        """Who took own invites, newest first; `since_ms` is included."""

    @abstractmethod
    def accept_invite(self, accepted: AcceptedInvite) -> None:
        """Keep an invite of another, durably, in place of an earlier one of the account.

        Raises `sayso_protocol.errors.PromiseBroken` where a grant of the account that is held, or
        an earlier invite, promised another key."""

    @abstractmethod
    def accepted_invites(self) -> list[AcceptedInvite]:
        """The accepted invites of accounts that are followed, oldest first."""

    @abstractmethod
    def note_introduced(self, account: bytes, introduction: bytes) -> None:
        """The inviter's node has been told just this, or will not hear of it."""
