"""What a run of finding accounts is made of, read from TOML."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

from ..scenario import read_own_world

NAME = "find"


@dataclass(frozen=True, slots=True)
class FindScenario:
    """A run of `days` days. The share `servers` of the nodes can be dialled from everywhere and
    serves; all others are clients. There are `authors` with `followers` each; the share `absent` of
    them goes off after the first day, for a week. All nodes but the authors' come and go: mean
    hours on line and off. After `gone_day` days the share `gone` of all nodes goes at once, and
    stays off for `gone_hours`. With `looks_after` followers lay announcements down anew; without
    it, it is a control."""

    about: str
    nodes: int
    days: float
    servers: float = 0.25
    authors: int = 40
    followers: int = 25
    absent: float = 0.5
    up_hours: float = 14.0
    down_hours: float = 6.0
    gone: float = 0.5
    gone_day: float = 4.0
    gone_hours: float = 24.0
    looks_after: bool = True


def load_find_scenario() -> FindScenario:
    """The shipped one. Raises `ScenarioError`."""
    return read_own_world(resources.files(__package__) / f"{NAME}.toml", FindScenario)
