"""`filters.toml` in the home: read with every mistake told, and changed whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sayso_protocol.choice.rules import NO_RULES, Rules
from sayso_protocol.limits import MAX_FILTERS

from ..home import Home
from .own_tables import OwnTables, TablesError
from .remembering import rules_in


class FiltersError(TablesError):
    """The file of rules cannot be used."""


def _filters(parse: Callable[[bytes], Rules]) -> OwnTables[Rules]:
    return OwnTables(
        parse,
        MAX_FILTERS,
        FiltersError,
        makes="rule",
        rescue="`sayso filter list` tells them all, `sayso read --unfiltered` shows posts without "
        "rules",
        fixed="its rules in one array",
    )


def _of_home(home: Home) -> OwnTables[Rules]:
    return _filters(partial(rules_in, home))


def load_rules(home: Home) -> Rules:
    """The rules of a home; none where there is no file. Raises `FiltersError`."""
    return _of_home(home).read(home.filters) if os.path.lexists(home.filters) else NO_RULES


def load_file(path: Path) -> Rules:
    """The rules of any file. Raises `FiltersError`."""
    from sayso_protocol.choice.rules_file import read_rules

    return _filters(read_rules).read_any(path)


def change_rules(home: Home, change: Callable[[str, Rules], str]) -> Rules:
    """Write what `change` makes of the file's text and its rules; gives the new rules. Raises
    `FiltersError`."""
    return _of_home(home).change(home, home.filters, change)
