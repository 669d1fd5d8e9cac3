"""The standing of a claimed name: whose name it looks like, and who vouches for it.

Both are asked only about accounts to which the owner gave no name. To vouch is to put the label
`VOUCH` on an account; of those who do, the ones that the owner follows count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from sayso_protocol.content.body import Profile
from sayso_protocol.text.skeleton import look_keys
from sayso_protocol.translation import _
from sayso_storage.interface.records import Subscription
from sayso_storage.interface.store import Store
from sayso_storage.validation.statement_rules import family

from .profile import profile_in

if TYPE_CHECKING:
    from collections.abc import Sequence

VOUCH: Final = "vouch"
"""The label by which one account vouches for another: that it is who its name says."""

MAX_LOOKED_AT: Final = 256
"""Keys that ever vouched for one account, that are looked at: more than are ever shown."""

MAX_ALIKE: Final = 16
"""Accounts of one look that are remembered, of those who are followed."""


class Known(NamedTuple):
    """An account that the owner knows, in words of which none is a stranger's."""

    account: bytes
    words: str


class Standing(NamedTuple):
    """What is to be said beside a claimed name."""

    looks_like: Known | None = None
    """Another account, followed or the own one, whose petname or own name looks the same."""
    vouched_by: tuple[bytes, ...] = ()
    """Followed accounts that vouch for it, in order of their keys."""
    voucher: str = ""
    """The first of these, in words as `Known` has them."""


NOTHING: Final = Standing()


class Standings:
    """Standings of accounts. What the names of those who are followed look like is worked out
    once, when it is first asked for; `short_key` says what can be typed for an account."""

    def __init__(self, store: Store, short_key: Callable[[bytes], str]) -> None:
        self._store = store
        self._short_key = short_key
        self._looks: Mapping[str, Sequence[bytes]] | None = None

    def of(self, claimed: Mapping[bytes, str | None]) -> dict[bytes, Standing]:
        """The standings of accounts, by what each calls itself; those without any left out."""
        vouched = self._store.followed_labellers(claimed, VOUCH, MAX_LOOKED_AT)
        alike = {
            account: other
            for account, name in claimed.items()
            if name and (other := self.looks_like(account, name)) is not None
        }
        first = {some[0]: "" for some in vouched.values()}
        first |= {one.account: one.words for one in self._known([*first])}
        found = {account: Standing(other) for account, other in alike.items()}
        for account, some in vouched.items():
            found[account] = Standing(alike.get(account), (*some,), first[some[0]])
        return found

    def looks_like(self, account: bytes, name: str) -> Known | None:
        """The account that could be taken for this one under such a name; the own one first, then
        in order of subscription."""
        found = [one for one in self._found(name) if one != account]
        if not found:
            return None
        same = set(family(account, self._store.successors()))
        others = [one for one in found if one not in same]
        return next(iter(self._known(others[:1])), None)

    def all_alike(self, account: bytes, name: str) -> tuple[Known, ...]:
        """As `looks_like`, all of them, at most `MAX_ALIKE` of each look."""
        same = set(family(account, self._store.successors()))
        return self._known([one for one in self._found(name) if one not in same])

    def _found(self, name: str) -> list[bytes]:
        if self._looks is None:
            self._looks = _looks(self._store)
        looks = self._looks
        return [*dict.fromkeys(one for key in look_keys(name) for one in looks.get(key, ()))]

    def _known(self, accounts: Sequence[bytes]) -> tuple[Known, ...]:
        callings = self._store.callings(accounts) if accounts else {}
        return tuple(Known(one, self._words(one, callings.get(one))) for one in accounts)

    def _words(self, account: bytes, calling: tuple[str | None, bool] | None) -> str:
        petname, is_own = calling or (None, False)
        if is_own:
            return _("you")
        return f"@{petname}" if petname else self._short_key(account)


def _looks(store: Store) -> dict[str, list[bytes]]:
    """The own account and those that are followed, by what their names look like."""
    known = store.subscriptions()
    profiles = store.latest_of_each([one.account for one in known], Profile.KIND)
    found: dict[str, list[bytes]] = {}
    for one in known:
        profile = profile_in(profiles.get(one.account))
        for key in _keys_of(one, profile.name if profile else None):
            some = found.setdefault(key, [])
            if len(some) < MAX_ALIKE:
                some.append(one.account)
    return found


def _keys_of(known: Subscription, claimed: str | None) -> Iterable[str]:
    names = [name for name in (known.petname, claimed) if name]
    return {key for name in names for key in look_keys(name)}
