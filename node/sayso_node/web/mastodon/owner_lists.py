"""The owner's lists as apps have them: by ids, with what apps ask of each beside its accounts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from sayso_protocol.limits import MAX_RULE_NAME
from sayso_protocol.translation import _

from ...errors import NodeError, NotFound
from ...filters.lists import change_list, drop_list, load_lists, make_list, name_list
from ...home.directory import Home
from .saved_state import ListOptions, OldList, SavedState

MAX_LISTS: Final = 100
"""Lists that apps may make."""
MAX_MEMBERS: Final = 1000
"""Accounts on one list that apps may add to."""

_ABOVE_COUNTED: Final = 1 << 62


@dataclass(frozen=True, slots=True)
class AccountList:
    """A list: `accounts` are key texts."""

    id: str
    title: str
    accounts: tuple[str, ...] = ()
    replies_policy: str = "list"
    exclusive: bool = False


class OwnerLists:
    """The lists of a home. All methods block, and raise `HomeError` and `FiltersError`."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._state = SavedState(home)

    def every(self) -> Sequence[AccountList]:
        """Every list, in the order of the file."""
        self._take_over()
        options = self._state.list_options()
        return [
            _made(name, options.get(name), accounts)
            for name, accounts in load_lists(self._home).items()
        ]

    def one(self, list_id: str) -> AccountList:
        """One list. Raises `NotFound`."""
        found = next((one for one in self.every() if one.id == list_id), None)
        if found is None:
            raise NotFound(_("there is no such list"))
        return found

    def make(self, title: str, replies_policy: str, *, exclusive: bool) -> AccountList:
        """A new list without accounts. Raises `NodeError`."""
        if len(self.every()) >= MAX_LISTS:
            raise NodeError(_("there are {most} lists already: delete one").format(most=MAX_LISTS))
        make_list(self._home, title)
        options = self._state.add_list_options(title, replies_policy, exclusive=exclusive)
        return _made(title, options, ())

    def change(
        self, list_id: str, title: str, replies_policy: str, *, exclusive: bool
    ) -> AccountList:
        """Give a list another title, or ask something else of it. Raises `NotFound`,
        `NodeError`."""
        old = self.one(list_id)
        if title != old.title:
            name_list(self._home, old.title, title)
        options = ListOptions(list_id, replies_policy, exclusive=exclusive)
        self._state.set_list_options(title, options, instead_of=old.title)
        return _made(title, options, old.accounts)

    def remove(self, list_id: str) -> None:
        """Delete a list. Raises `NotFound`."""
        old = self.one(list_id)
        drop_list(self._home, old.title)
        self._state.set_list_options(old.title, None, instead_of=old.title)

    def add(self, list_id: str, accounts: Collection[str]) -> None:
        """Put accounts on a list. Raises `NotFound`, `NodeError`."""

        def more(old: frozenset[str]) -> frozenset[str]:
            new = old.union(accounts)
            if len(new) > max(MAX_MEMBERS, len(old)):
                raise NodeError(_("a list has at most {most} accounts").format(most=MAX_MEMBERS))
            return new

        change_list(self._home, self.one(list_id).title, more)

    def take_off(self, list_id: str, accounts: Collection[str]) -> None:
        """Take accounts off a list. Raises `NotFound`."""
        title = self.one(list_id).title
        change_list(self._home, title, lambda old: old.difference(accounts))

    def _take_over(self) -> None:
        """Bring lists with the owner's others that lie where apps kept them once."""
        old = self._state.old_lists()
        if not old:
            return
        kept = dict[str, ListOptions]()
        for one in old:
            names, wanted = load_lists(self._home), frozenset(one.accounts)
            name = next(
                name
                for name in _names(one)
                if name not in kept and names.get(name, wanted) == wanted
            )
            if name not in names:  # else it was taken over before, and the power went
                make_list(self._home, name, wanted)
            kept[name] = one.options
        self._state.drop_old_lists(kept)


def _names(old: OldList) -> Iterator[str]:
    """Names that such a list may have now, the best first."""
    plain = " ".join(old.title.replace("@", " ").split())[: MAX_RULE_NAME - 8]
    plain = plain if plain.isprintable() and plain else "list"
    yield plain
    for number in range(2, 2 * MAX_LISTS):
        yield f"{plain} {number}"


def _made(name: str, options: ListOptions | None, accounts: Collection[str]) -> AccountList:
    if options is None:  # made elsewhere than in an app
        options = ListOptions(_id_of(name))
    return AccountList(
        options.id, name, tuple(sorted(accounts)), options.replies_policy, options.exclusive
    )


def _id_of(name: str) -> str:
    """An id that follows from a name, above those that are counted."""
    number = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big")
    return str(number % _ABOVE_COUNTED + _ABOVE_COUNTED)
