"""Names of accounts: the petname by the owner first, then that of their own profile."""

from __future__ import annotations

from dataclasses import dataclass

from sayso_protocol.crypto.keys import key_text
from sayso_storage.interface.store import Store

from .profile import profile_of

MAX_CACHED = 10_000
"""Names kept while a long list is printed: a few MB."""


SHORT_KEYS = (12, 16, 24)
"""Characters of a key that are shown where they are enough to tell it, and to type it."""


@dataclass(frozen=True, slots=True)
class Name:
    """`petname` is the owner's word, `profile` and `bio` the account's own."""

    petname: str | None
    profile: str | None
    bio: str | None
    is_own: bool = False
    """Whether it is the account of this home, under whichever of its keys."""

    @property
    def shown(self) -> str | None:
        """The name to show."""
        return self.petname or self.profile


class Names:
    """Names of accounts, each looked up once; nothing is read before the first is asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._chosen: tuple[dict[bytes, str | None], set[bytes]] | None = None
        self._known: dict[bytes, Name] = {}
        self._keys: dict[bytes, str] = {}

    def of(self, account: bytes) -> Name:
        """The account's names, as the store has them."""
        name = self._known.get(account)
        if name is None:
            if len(self._known) >= MAX_CACHED:
                self._known.clear()
            name = self._known[account] = self._look_up(account)
        return name

    def key(self, account: bytes) -> str:
        """What can be typed for an account without a petname: the beginning of its key, as much as
        tells it from all others that are known here; the whole key where it is not known."""
        short = self._keys.get(account)
        if short is None:
            if len(self._keys) >= MAX_CACHED:
                self._keys.clear()
            short = self._keys[account] = self._short_key(account)
        return short

    def account_of_feed(self, feed: bytes) -> bytes | None:
        """The account whose feed this is, where that is known."""
        state = self._store.feed(feed)
        return None if state is None else state.account

    def _short_key(self, account: bytes) -> str:
        whole = key_text(account)
        shorter = (whole[:size] for size in SHORT_KEYS)
        found = (one for one in shorter if self._store.find_accounts(one, 2) == [account])
        return next(found, whole)

    def _look_up(self, account: bytes) -> Name:
        if self._chosen is None:
            self._chosen = _petnames_and_own(self._store)
        petnames, own = self._chosen
        profile = profile_of(self._store, account)
        petname, is_own = petnames.get(account), account in own
        return Name(petname, profile.name or None, profile.bio or None, is_own)


def _petnames_and_own(store: Store) -> tuple[dict[bytes, str | None], set[bytes]]:
    """Petnames by account, and the own accounts; a key that an account was rotated to goes by the
    same, and is as much the own one."""
    subscribed = store.subscriptions()
    names = {one.account: one.petname for one in subscribed}
    own = {one.account for one in subscribed if one.own}
    before: bytes | None = None
    for account in store.shown_accounts():  # each account is followed by its successors
        if account not in names and before is not None:
            names[account] = names[before]
            if before in own:
                own.add(account)
        before = account
    return names, own
