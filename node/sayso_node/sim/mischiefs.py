"""The kinds of hostile nodes by the names that scenarios use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .babbling import Babbling
from .flooding import Flooding, Greedy
from .forging import Forging
from .forking import Forking
from .hostile import Lying, Mischief, Mute, Spoiling, Tardy, Withholding
from .meddling import Meddling
from .scenario import ScenarioError

KINDS: Final[Mapping[str, type[Mischief]]] = {
    "withholding": Withholding,
    "mute": Mute,
    "tardy": Tardy,
    "lying": Lying,
    "spoiling": Spoiling,
    "forking": Forking,
    "forging": Forging,
    "flooding": Flooding,
    "greedy": Greedy,
    "babbling": Babbling,
    "meddling": Meddling,
}


def kind_of(name: str) -> type[Mischief]:
    """A kind by name. Raises `ScenarioError` for one that is not known."""
    if name not in KINDS:
        raise ScenarioError(f"no hostile kind is called {name!r}: it is one of {', '.join(KINDS)}")
    return KINDS[name]
