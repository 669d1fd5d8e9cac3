"""`filters.toml` in the home: read with every mistake told, and changed whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sayso_protocol.choice.rules import NO_RULES, Rules
from sayso_protocol.choice.rules_file import read_rules
from sayso_protocol.limits import MAX_FILTERS

from ..home import Home
from .own_tables import OwnTables, TablesError


class FiltersError(TablesError):
    """The file of rules cannot be used."""


_FILTERS: Final = OwnTables(
    read_rules,
    MAX_FILTERS,
    FiltersError,
    makes="rule",
    rescue="`sayso filter list` tells them all, `sayso read --unfiltered` shows posts without "
    "rules",
    fixed="its rules in one array",
)


def load_rules(home: Home) -> Rules:
    """The rules of a home; none where there is no file. Raises `FiltersError`."""
    return _FILTERS.read(home.filters) if os.path.lexists(home.filters) else NO_RULES


def load_file(path: Path) -> Rules:
    """The rules of any file. Raises `FiltersError`."""
    return _FILTERS.read_any(path)


def change_rules(home: Home, change: Callable[[str, Rules], str]) -> Rules:
    """Write what `change` makes of the file's text and its rules; gives the new rules. Raises
    `FiltersError`."""
    return _FILTERS.change(home, home.filters, change)
