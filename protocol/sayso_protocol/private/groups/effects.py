"""What a group wants done: effects of its state machine."""

from __future__ import annotations

from dataclasses import dataclass

from .contents import GroupContent
from .epoch import Epoch
from .operation import Operation
from .post import GroupPost


@dataclass(frozen=True, slots=True)
class ShownPost:
    """A post, and what is to be said with it."""

    post: GroupPost
    before: int
    """Changes of membership that were known here when it came, and not to who wrote it: above 0 it
    is shown as "written before …"."""
    folded: bool
    """Its author was not in the group any more when it came."""


@dataclass(frozen=True, slots=True)
class Send:
    """Send a content to all devices of these accounts, without the own device."""

    accounts: tuple[bytes, ...]
    content: GroupContent


@dataclass(frozen=True, slots=True)
class Lay:
    """Seal a post, and lay the letter into the box of this epoch."""

    epoch: Epoch
    post: GroupPost


@dataclass(frozen=True, slots=True)
class GivePosts:
    """Send these posts, which are stored, to an account that missed them."""

    account: bytes
    posts: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class StoreOperation:
    """Keep an operation, and the grant of the device that signed it."""

    operation: Operation
    grant: bytes


@dataclass(frozen=True, slots=True)
class StoreEpoch:
    """Keep an epoch and who gave it; again for each who gives it."""

    epoch: Epoch
    giver: bytes


@dataclass(frozen=True, slots=True)
class ForgetEpoch:
    """Erase an epoch's key for good."""

    epoch: bytes


@dataclass(frozen=True, slots=True)
class StorePost:
    """Keep a post and show it."""

    shown: ShownPost


@dataclass(frozen=True, slots=True)
class MembersChanged:
    """Others are in now, or are admins, than before."""

    group: bytes


Effect = (
    Send | Lay | GivePosts | StoreOperation | StoreEpoch | ForgetEpoch | StorePost | MembersChanged
)
