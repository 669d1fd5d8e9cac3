"""The kinds of hostile nodes by the names that scenarios use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..scenario import ScenarioError
from .babbler import Babbler
from .base import Adversary, Corrupter, Liar, Mute, Tardy, Withholder
from .blanker import Blanker
from .cheap_flooder import CheapFlooder
from .flooder import Flooder, Greedy
from .forger import Forger
from .forker import Forker
from .meddler import Meddler

KINDS: Final[Mapping[str, type[Adversary]]] = {
    "withholding": Withholder,
    "mute": Mute,
    "tardy": Tardy,
    "lying": Liar,
    "spoiling": Corrupter,
    "forking": Forker,
    "forging": Forger,
    "flooding": Flooder,
    "greedy": Greedy,
    "babbling": Babbler,
    "meddling": Meddler,
    "cheap": CheapFlooder,
    "blanking": Blanker,
}


def kind_of(name: str) -> type[Adversary]:
    """A kind by name. Raises `ScenarioError` for one that is not known."""
    if name not in KINDS:
        raise ScenarioError(f"no hostile kind is called {name!r}: it is one of {', '.join(KINDS)}")
    return KINDS[name]
