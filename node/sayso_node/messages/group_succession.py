"""Members of closed groups whose account goes on under another key: that takes their place.

Membership is signed operations, so whoever may change who is in does it: the nodes of admins, for
each rotation that their store took in; and an admin who rotates his own key, before he does.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from sayso_protocol.private.groups.group import NotAllowed
from sayso_storage.interface.store import Store

from ..accounts.lineage import newest_keys
from .group_book import GroupBook, NoSuchGroup

MOST: Final = 8
"""Members who are replaced at one look: whoever rotates on and on must not fill a group."""

APART_MS: Final = 3_600_000
"""Between two looks at which somebody was replaced."""


class GroupSuccession:
    """See the module. Raises `StoreError`."""

    def __init__(self, store: Store, book: GroupBook, account: bytes) -> None:
        self._store, self._book, self._account = store, book, account
        self._seen: object = None
        self._next_ms = 0

    def update(self, now_ms: int) -> None:
        """Replace members who have gone on under another key."""
        groups = [one for one in self._book.joined() if one.members.get(self._account)]
        seen = self._store.successors(), [one.members for one in groups]
        if seen == self._seen or 0 < self._next_ms - now_ms <= APART_MS:
            return
        self._seen, count = seen, 0
        for group in groups:
            members = list(group.members)
            for old, new in zip(members, newest_keys(self._store, members), strict=True):
                is_done = old == group.membership.owner and group.members.get(new)
                if old != new and not is_done and count < MOST:
                    count += 1
                    with suppress(NotAllowed, NoSuchGroup):
                        self._book.succeed(group.id, now_ms, old, new)
        if count:
            self._seen, self._next_ms = None, now_ms + APART_MS


def hand_over_groups(book: GroupBook, new: bytes, now_ms: int) -> None:
    """Make the key that follows the own one an admin wherever that is one. Raises `StoreError`."""
    for group in book.joined():
        if not group.members.get(new):
            with suppress(NotAllowed):
                book.invite(group.id, now_ms, new, admin=True)
