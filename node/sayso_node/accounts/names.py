"""Names of accounts: the petname by the owner first, then that of their own profile."""

from __future__ import annotations

from dataclasses import dataclass

from sayso_storage.interface.store import Store

from .profile import profile_of

MAX_CACHED = 10_000
"""Names kept while a long list is printed: a few MB."""


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
    """Names of accounts, each looked up once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._petnames, self._own = _petnames_and_own(store)
        self._known: dict[bytes, Name] = {}

    def of(self, account: bytes) -> Name:
        """The account's names, as the store has them."""
        name = self._known.get(account)
        if name is None:
            if len(self._known) >= MAX_CACHED:
                self._known.clear()
            name = self._known[account] = self._look_up(account)
        return name

    def _look_up(self, account: bytes) -> Name:
        profile = profile_of(self._store, account)
        petname, is_own = self._petnames.get(account), account in self._own
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
