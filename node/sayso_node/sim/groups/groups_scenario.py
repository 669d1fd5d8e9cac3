"""What a run of closed groups is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

NAME: Final = "groups"


@dataclass(frozen=True, slots=True)
class GroupsScenario:
    """In each of `steps` steps of `hours` one of `people` does something: every second one with two
    devices. The shares `lost` and `doubled` are of letters; `parted` is the chance at each step
    that the net falls into `parts`, and as likely it heals. With `asks` devices ask for what they
    missed; without, it is a control. With `keeps_key` a group goes on under its first key, whoever
    is removed: the other control."""

    about: str = "closed groups of eight change under partitions, loss and backdated operations"
    people: int = 8
    founders: int = 5
    steps: int = 90
    hours: float = 4.0
    lost: float = 0.15
    doubled: float = 0.2
    parted: float = 0.06
    parts: int = 3
    settle_rounds: int = 8
    asks: bool = True
    keeps_key: bool = False
