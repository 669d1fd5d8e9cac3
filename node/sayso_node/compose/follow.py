"""Following and unfollowing, publicly where an author is given: then the own feed says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sayso_protocol.content.body import Follow, Unfollow
from sayso_protocol.limits import MAX_RUN_ENTRIES
from sayso_storage.interface.store import Store

from ..accounts import follows
from ..accounts.author import Author
from ..accounts.lineage import own_account

if TYPE_CHECKING:
    from sayso_protocol.discovery.invite import Invite


def follow(
    store: Store,
    account: bytes,
    petname: str | None,
    author: Author | None,
    invite: Invite | None = None,
    introduction: bytes | None = None,
) -> bool:
    """Subscribe to an account, as `follows.follow`. True where it is new. What the own feed says
    already it does not say again.

    Raises `NodeError` for a petname that cannot be used, `StoreError`.
    """
    is_new = follows.follow(store, account, petname, invite, introduction)
    if author is not None and not _says_so(store, account):
        author.publish([Follow(account)])
    return is_new


def follow_all(store: Store, accounts: Sequence[bytes], author: Author | None) -> list[bool]:
    """The same for many accounts at once: for each, in order, whether it is new."""
    are_new = follows.follow_all(store, accounts)
    if author is not None:
        unsaid = [one for one in accounts if not _says_so(store, one)]
        for start in range(0, len(unsaid), MAX_RUN_ENTRIES):
            author.publish([Follow(one) for one in unsaid[start : start + MAX_RUN_ENTRIES]])
    return are_new


def unfollow(store: Store, account: bytes, author: Author | None) -> None:
    """End a subscription. Raises `NotFound`."""
    follows.unfollow(store, account)
    if author is not None and _says_so(store, account):
        author.publish([Unfollow(account)])


def _says_so(store: Store, account: bytes) -> bool:
    """Whether the own feed says that it follows an account."""
    return bool(store.following_among(account, [own_account(store)]))
