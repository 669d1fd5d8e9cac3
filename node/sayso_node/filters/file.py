"""The rules in `filters.toml` of a home, and the cache of what they were understood as."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from sayso_protocol.filters.rules import NO_RULES, Rules
from sayso_protocol.filters.rules_codec import pack_rules, unpack_rules
from sayso_protocol.limits import MAX_FILTERS
from sayso_protocol.text.version import VERSION as TEXT_VERSION
from sayso_protocol.translation import mark

from ..home.cache import cached, digest_of
from ..home.directory import Home
from ..home.owner_tables import OwnerTables, TablesError

MIN_CACHED: Final = 1 << 14
"""Bytes of the shortest file that is worth caching: some two hundred rules, which take some
milliseconds to read. Ten thousand take longer than all else that a command does with them."""

VERSION: Final = "rules 3"
"""Of the rules that a file is read as: see `sayso_node.home.cache.digest_of`."""


class FiltersError(TablesError):
    """The file of rules cannot be used."""


_RULES_IN_ARRAY: Final = mark("its rules in one array")
_LIST_ELSEWHERE: Final = mark("this list in no table of its own")


def _filters(
    parse: Callable[[bytes], Rules], not_editable: str = _RULES_IN_ARRAY
) -> OwnerTables[Rules]:
    return OwnerTables(
        parse,
        MAX_FILTERS,
        FiltersError,
        table=mark("rule"),
        remedy=mark(
            "`sayso filter list` tells them all, `sayso read --unfiltered` shows posts without "
            "rules"
        ),
        not_editable=not_editable,
    )


def _of_home(home: Home) -> OwnerTables[Rules]:
    return _filters(partial(rules_in, home))


def load_rules(home: Home) -> Rules:
    """The rules of a home; none where there is no file. Raises `FiltersError`."""
    return _of_home(home).read(home.filters) if os.path.lexists(home.filters) else NO_RULES


def rules_in(home: Home, data: bytes) -> Rules:
    """The rules of these bytes, those of the home's file. Raises `BadRules`."""
    if len(data) < MIN_CACHED:
        return _read(data)
    # Words are held as they are compared.
    digest, read = digest_of(data, f"{VERSION}, {TEXT_VERSION}"), partial(_read, data)
    return cached(home.filters_cache, digest, read, pack_rules, unpack_rules)


def _read(data: bytes) -> Rules:
    from sayso_protocol.filters.syntax.parser import read_rules  # most commands need no parser

    return read_rules(data)


def load_file(path: Path) -> Rules:
    """The rules of any file. Raises `FiltersError`."""
    return _filters(_read).read_any(path)


def changed_rules(home: Home, change: Callable[[str, Rules], str]) -> Rules:
    """The rules that `change_rules` would write, which is not done. Raises `FiltersError`."""
    return _filters(_read).changed(home.filters, change)


def change_rules(home: Home, change: Callable[[str, Rules], str]) -> Rules:
    """Write what `change` makes of the file's text and its rules; gives the new rules. Raises
    `FiltersError`."""
    return _of_home(home).change(home, home.filters, change)


def change_lists(home: Home, change: Callable[[str, Rules], str]) -> Rules:
    """The same for the lists of accounts in the file. Raises `FiltersError`."""
    parse = partial(rules_in, home)
    return _filters(parse, _LIST_ELSEWHERE).change(home, home.filters, change)
