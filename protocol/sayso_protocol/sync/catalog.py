"""The accounts and feeds that a node carries, and which of them it wants more of."""

from __future__ import annotations

from collections.abc import Mapping, Set

from ..accounts.statement import Grant, GrantClaim
from ..limits import MAX_FEEDS_AN_ACCOUNT
from .interest import Directory


class Catalog:
    """Accounts, their feeds and grants. An account stays carried when it is wanted no more."""

    def __init__(self) -> None:
        self.directory = Directory()
        self.wanted: dict[bytes, None] = {}
        self.withheld: set[bytes] = set()
        """Accounts that nobody is asked for nor told of, whatever is held of them."""
        self.promises: Mapping[bytes, bytes] = {}
        """How the next key's hash begins by invites that the owner took, of accounts that may have
        no feed yet: their first grant has to keep it."""
        self.broken_promises: set[bytes] = set()
        """Accounts of which somebody offered feeds that do not."""
        self._feeds: dict[bytes, list[bytes]] = {}
        self._grants: dict[bytes, Grant] = {}
        self._by_wire: dict[bytes, Grant] = {}
        self._places: dict[bytes, int] = {}

    def want(self, account: bytes) -> bool:
        """Carry and want an account. True where that is new."""
        self._carry(account)
        new = account not in self.wanted
        self.wanted[account] = None
        return new

    def unwant(self, account: bytes) -> bool:
        """Want an account no more. True where it was wanted."""
        return account in self.wanted and self.wanted.pop(account) is None

    def withhold(self, account: bytes) -> bool:
        """Let nobody know of an account. True where that is new."""
        if account in self.withheld:
            return False
        self.withheld.add(account)
        self.directory.remove(account)
        return True

    def readmit(self, account: bytes) -> bool:
        """Withhold an account no longer. True where it was."""
        if account not in self.withheld:
            return False
        self.withheld.discard(account)
        self._carry(account)
        return True

    def withholds(self, feed: bytes) -> bool:
        """Whether the account of a feed is withheld."""
        return bool(self.withheld) and self.owner(feed) in self.withheld

    def wants(self, account: bytes) -> bool:
        """Whether the account is wanted."""
        return account in self.wanted

    def carries(self, account: bytes) -> bool:
        """Whether an account was ever wanted, or a feed of it told."""
        return account in self._feeds

    def enter(self, grant: Grant) -> None:
        """Carry a feed; the first grant of a feed counts."""
        self._carry(grant.account)
        if grant.feed not in self._grants:
            self._places[grant.feed] = len(self._grants)
            self._grants[grant.feed] = grant
            self._by_wire[grant.wire] = grant
            self._feeds[grant.account].append(grant.feed)

    def takes(self, grant: Grant | GrantClaim) -> bool:
        """Whether the feed of a grant is carried, or may be by the rules that stores follow: so
        many feeds of an account and no more, and one promise in all of its grants."""
        feeds = self.feeds(grant.account)
        if not feeds or grant.feed in self._grants:
            return bool(feeds) or self.keeps_promise(grant)
        first = self._grants[feeds[0]]
        is_promised = first.next_key_hash == grant.next_key_hash
        return is_promised and len(feeds) < MAX_FEEDS_AN_ACCOUNT

    def keeps_promise(self, grant: Grant | GrantClaim) -> bool:
        """Whether a grant of an account without feeds promises what an invite said."""
        promise = self.promises.get(grant.account)
        return promise is None or grant.next_key_hash.startswith(promise)

    def breaks_promise(self, grant: GrantClaim) -> bool:
        """Whether a grant is not taken because of the promise in an invite."""
        return not self.feeds(grant.account) and not self.keeps_promise(grant)

    def known(self, wire: bytes) -> Grant | None:
        """The grant of these very bytes, if it was verified before."""
        return self._by_wire.get(wire)

    def feeds(self, account: bytes) -> list[bytes]:
        """The feeds of an account."""
        return self._feeds.get(account, [])

    @property
    def accounts(self) -> Set[bytes]:
        """All accounts that are carried."""
        return self._feeds.keys() - self.withheld if self.withheld else self._feeds.keys()

    @property
    def count(self) -> int:
        """Number of feeds carried."""
        return len(self._grants)

    def place(self, feed: bytes) -> int:
        """The number of feeds that were carried before this one."""
        return self._places[feed]

    def grant(self, feed: bytes) -> Grant:
        """The grant of a carried feed."""
        return self._grants[feed]

    def owner(self, feed: bytes) -> bytes | None:
        """The account of a feed, if it is carried."""
        grant = self._grants.get(feed)
        return None if grant is None else grant.account

    def account(self, feed: bytes) -> bytes:
        """The account of a carried feed."""
        return self._grants[feed].account

    def _carry(self, account: bytes) -> None:
        if account not in self.withheld:
            self.directory.add(account)
        self._feeds.setdefault(account, [])
