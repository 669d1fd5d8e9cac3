"""Records of invites: own ones, who took them, and those of others that the owner took. Times are
Unix milliseconds UTC."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

MAX_INVITES: Final = 1000
"""Own invites that are kept: more than anybody hands out, and few enough to be listed."""

MAX_GUESTS: Final = 100
"""Accounts that one invite lets in: a line that got into the wrong hands must not make an owner
follow a crowd."""

MAX_ACCEPTED: Final = 256
"""Accepted invites that are kept, the newest: what an older one says of addresses is stale."""


@dataclass(frozen=True, slots=True)
class OwnInvite:
    """An invite that the owner made. `token` has 6 to 32 bytes, times are Unix milliseconds."""

    token: bytes
    made_ms: int
    name: str | None = None
    """What the owner calls who takes it."""
    expires_ms: int | None = None
    once: bool = False
    """Whether it lets one account in, and no second."""
    follow_back: bool = False
    """Whether the owner follows who takes it."""
    list_name: str | None = None
    """The list of the own account that it offers."""
    revoked_ms: int | None = None


class InviteOutcome(StrEnum):
    """The outcome of presenting a token."""

    TAKEN = "taken"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    USED = "used"
    """Others took it, and it lets no more in."""


class Guest(NamedTuple):
    """An account that took an own invite, at a time in Unix milliseconds."""

    invite: OwnInvite
    account: bytes
    time_ms: int


@dataclass(frozen=True, slots=True)
class AcceptedInvite:
    """An invite that the owner took: its bytes as the link has them; the first 16 to 32 bytes of
    the next key's hash, where it has them; and what the inviter's node is still to be told."""

    account: bytes
    link: bytes
    promise: bytes | None
    introduction: bytes | None
    since_ms: int
