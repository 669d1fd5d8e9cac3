"""The kinds of hostile nodes by the names that scenarios use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..scenario import ScenarioError
from .babbler import Babbling
from .base import Lying, Mischief, Mute, Spoiling, Tardy, Withholding
from .flooder import Flooding, Greedy
from .forger import Forging
from .forker import Forking
from .meddler import Meddling

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
