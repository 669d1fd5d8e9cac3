"""The recognition of a claimed name: whose name it looks like, and who vouches for it.

Both are asked only about accounts to which the owner gave no name. To vouch is to put the label
`VOUCH` on an account; of those who do, the ones that the owner follows count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

from sayso_protocol.limits import MAX_ROTATIONS
from sayso_protocol.translation import _
from sayso_storage.interface.store import Store
from sayso_storage.validation.statement_rules import family

VOUCH: Final = "vouch"
"""The label by which one account vouches for another: that it is who its name says."""

MAX_LOOKED_AT: Final = 256
"""Keys that ever vouched for one account, that are looked at: more than are ever shown."""

MAX_ALIKE: Final = 16
"""Accounts that are given of those which one name looks like."""

_MAX_FOUND: Final = MAX_ALIKE + MAX_ROTATIONS + 1
"""The same together with the account itself under all its keys."""


class Known(NamedTuple):
    """An account that the owner knows, in words of which none is a stranger's."""

    account: bytes
    words: str


class Recognition(NamedTuple):
    """What is to be said beside a claimed name."""

    looks_like: Known | None = None
    """Another account, followed or the own one, whose petname or own name looks the same."""
    vouched_by: tuple[bytes, ...] = ()
    """Followed accounts that vouch for it, in order of their keys."""
    voucher: str = ""
    """The first of these, in words as `Known` has them."""


NOTHING: Final = Recognition()


class Recognizer:
    """Recognizes accounts; `short_key` says what can be typed for an account."""

    def __init__(self, store: Store, short_key: Callable[[bytes], str]) -> None:
        self._store = store
        self._short_key = short_key

    def of(self, claimed: Mapping[bytes, str | None]) -> dict[bytes, Recognition]:
        """The recognitions of accounts, by what each calls itself; those without any left out."""
        vouched = self._store.followed_labellers(claimed, VOUCH, MAX_LOOKED_AT)
        alike = self._alike({account: name for account, name in claimed.items() if name})
        known = self._known([*alike.values(), *(some[0] for some in vouched.values())])
        return {
            account: Recognition(
                known.get(alike.get(account, b"")),
                tuple(vouched.get(account, ())),
                known[vouched[account][0]].words if account in vouched else "",
            )
            for account in claimed
            if account in alike or account in vouched
        }

    def all_alike(self, account: bytes, name: str) -> tuple[Known, ...]:
        """The accounts that could be taken for this one under such a name, at most `MAX_ALIKE`: the
        own one first, then in order of subscription."""
        found = self._store.named_alike([name], _MAX_FOUND).get(name, [])
        return (*self._known(_others(found, account, self._store)[:MAX_ALIKE]).values(),)

    def _alike(self, claimed: Mapping[bytes, str]) -> dict[bytes, bytes]:
        """Of each account the first that it could be taken for."""
        found = self._store.named_alike(dict.fromkeys(claimed.values()), _MAX_FOUND)
        alike: dict[bytes, bytes] = {}
        for account, name in claimed.items():
            others = [one for one in found.get(name, ()) if one != account]
            if others and (others := _others(others, account, self._store)):
                alike[account] = others[0]
        return alike

    def _known(self, accounts: Iterable[bytes]) -> dict[bytes, Known]:
        wanted = [*dict.fromkeys(accounts)]
        callings = self._store.callings(wanted) if wanted else {}
        return {one: Known(one, self._words(one, callings.get(one))) for one in wanted}

    def _words(self, account: bytes, calling: tuple[str | None, bool] | None) -> str:
        petname, is_own = calling or (None, False)
        if is_own:
            return _("you")
        return f"@{petname}" if petname else self._short_key(account)


def _others(found: Iterable[bytes], account: bytes, store: Store) -> list[bytes]:
    """Those that are not the account itself under another of its keys."""
    same = set(family(account, store.successors()))
    return [one for one in found if one not in same]
