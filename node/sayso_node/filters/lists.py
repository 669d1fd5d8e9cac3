"""The owner's lists of accounts, in `filters.toml`: rules name them, timelines show them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from sayso_protocol.filters.rules import Rules
from sayso_protocol.filters.syntax.editor import add_list, remove_list, rename_list, set_list
from sayso_protocol.filters.syntax.values import check_name
from sayso_protocol.suggestion import similar
from sayso_protocol.toml.values import BadValue
from sayso_protocol.translation import _

from ..errors import NodeError, NotFound
from ..home.directory import Home
from .file import change_lists, load_rules

Lists = Mapping[str, frozenset[str]]
"""The accounts of each list, as key texts, by its name."""


def load_lists(home: Home) -> Lists:
    """All lists, in the order of the file. Raises `FiltersError`."""
    return load_rules(home).lists


def accounts_of(home: Home, name: str) -> frozenset[str]:
    """The accounts of a list, as key texts. Raises `NotFound`, `FiltersError`."""
    lists = load_lists(home)
    _check_known(lists, name)
    return lists[name]


def make_list(home: Home, name: str, accounts: Iterable[str] = ()) -> frozenset[str]:
    """A new list. Raises `NodeError` where there is one of that name or it is no name,
    `FiltersError`."""
    _check_new(name)

    def change(text: str, rules: Rules) -> str:
        _check_free(rules.lists, name)
        return add_list(text, name, sorted(set(accounts)))

    return change_lists(home, change).lists[name]


def change_list(
    home: Home, name: str, change: Callable[[frozenset[str]], Collection[str]]
) -> frozenset[str]:
    """Put other accounts on a list; gives them. Raises `NotFound`, `FiltersError`."""

    def change_text(text: str, rules: Rules) -> str:
        _check_known(rules.lists, name)
        return set_list(text, name, sorted(set(change(rules.lists[name]))))

    return change_lists(home, change_text).lists[name]


def name_list(home: Home, name: str, new: str) -> None:
    """Give a list another name. Raises `NotFound`, `NodeError` as `make_list`, `FiltersError`, also
    where a rule names it."""
    _check_new(new)

    def change(text: str, rules: Rules) -> str:
        _check_known(rules.lists, name)
        _check_free(rules.lists, new)
        return rename_list(text, name, new)

    change_lists(home, change)


def drop_list(home: Home, name: str) -> frozenset[str]:
    """Remove a list; gives the accounts that were on it. Raises `NotFound`, `FiltersError`, also
    where a rule names it."""
    had = list[frozenset[str]]()

    def change(text: str, rules: Rules) -> str:
        _check_known(rules.lists, name)
        had.append(rules.lists[name])
        return remove_list(text, name)

    change_lists(home, change)
    return had[0]


def _check_known(lists: Lists, name: str) -> None:
    if name not in lists:
        raise NotFound(
            _("there is no list “{name}”{similar}: `sayso lists show` names them").format(
                name=name, similar=similar(name, tuple(lists))
            )
        )


def _check_free(lists: Lists, name: str) -> None:
    if name in lists:
        raise NodeError(
            _("there is a list “{name}” already: choose another name").format(name=name)
        )


def _check_new(name: str) -> None:
    try:
        check_name(name)
    except BadValue as error:
        raise NodeError(str(error)) from error
