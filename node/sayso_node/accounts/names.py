"""Names of accounts: the petname by the owner first, then that of their own profile."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from sayso_protocol.content.body import Profile
from sayso_protocol.crypto.keys import key_text
from sayso_storage.interface.records import Calling
from sayso_storage.interface.store import Store

from .profile import profile_in
from .recognition import NOTHING, Known, Recognition, Recognizer

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
    recognition: Recognition = NOTHING
    """What is to be said beside a name that the account gave itself; nothing where the owner gave
    it one."""

    @property
    def shown(self) -> str | None:
        """The name to show."""
        return self.petname or self.profile

    def recognition_json(self) -> dict[str, object]:
        """The recognition for programs, as keys."""
        like = self.recognition.looks_like
        return {
            "looks_like": None if like is None else key_text(like.account),
            "vouched_by": [key_text(one) for one in self.recognition.vouched_by],
        }


_NOBODY: Final = Calling(None, own=False)


class Names:
    """Names of accounts, each looked up once; nothing is read before the first is asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[bytes, Name] = {}
        self._keys: dict[bytes, str] = {}
        self._recognizer = Recognizer(store, self.key)

    def of(self, account: bytes) -> Name:
        """The account's names, as the store has them."""
        name = self._known.get(account)
        if name is None:
            self.prepare([account])
            name = self._known[account]
        return name

    def claiming(self, account: bytes, name: str | None) -> Name:
        """The account's names; where none is known here, with one that it has just told, which
        looks like others' names as any does."""
        known = self.of(account)
        if not name or known.shown or known.is_own:
            return known
        recognition = self._recognizer.of({account: name}).get(account, NOTHING)
        return replace(known, profile=name, recognition=recognition)

    def prepare(self, accounts: Iterable[bytes]) -> None:
        """Look the names of many accounts up at once."""
        new = [one for one in dict.fromkeys(accounts) if one not in self._known]
        if not new:
            return
        if len(self._known) + len(new) > MAX_CACHED:
            self._known.clear()
        callings = self._store.callings(new)
        profiles = self._store.latest_of_each(new, Profile.KIND)
        own_words = {one: profile_in(profiles.get(one)) or Profile() for one in new}
        claimed = {
            one: own_words[one].name
            for one in new
            if not any(callings.get(one, _NOBODY))  # else it is the owner's word, or the owner
        }
        recognitions = self._recognizer.of(claimed)
        for account, profile in own_words.items():
            petname, is_own = callings.get(account, _NOBODY)
            recognition = recognitions.get(account, NOTHING)
            self._known[account] = Name(
                petname, profile.name or None, profile.bio or None, is_own, recognition
            )

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

    def recognition(self, account: bytes) -> Recognition:
        """What is to be said beside the name that an account gave itself, also where the owner
        gave it another."""
        claimed = self.of(account).profile
        return self._recognizer.of({account: claimed}).get(account, NOTHING)

    def all_alike(self, account: bytes, name: str) -> tuple[Known, ...]:
        """The followed accounts, and the own one, that could be taken for this one under such a
        name."""
        return self._recognizer.all_alike(account, name)

    def _short_key(self, account: bytes) -> str:
        whole = key_text(account)
        shorter = (whole[:size] for size in SHORT_KEYS)
        found = (one for one in shorter if self._store.find_accounts(one, 2) == [account])
        return next(found, whole)
