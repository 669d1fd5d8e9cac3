"""Rules: what the owner wants done with which entries.

A rule applies to an entry where all of its clauses hold, none of its exceptions does, and it has
not expired. Of the rules that apply, the first in the file decides, separately for each
`Stage`; one that allows ends the search in all of them. No rule applies to the own entries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from ..letters.prices import DEFAULT, Prices


class Stage(Enum):
    """The decisions of rules, each for itself."""

    SHOW = "show"
    """How the timeline shows an entry."""
    BOOST = "boost"
    """The points that views may count."""
    CARRY = "carry"
    """Whether it is stored and relayed."""


class Action(StrEnum):
    """The effect of a rule."""

    ALLOW = "allow"
    HIDE = "hide"
    FOLD = "fold"
    BOOST = "boost"
    DROP = "drop"
    """Neither stored nor relayed."""
    HEADERS = "headers"
    """Stored and relayed without its body."""
    STORE = "store"
    """Stored, not relayed."""


STAGES: Final[Mapping[Action, frozenset[Stage]]] = MappingProxyType(
    {
        Action.ALLOW: frozenset(Stage),
        Action.HIDE: frozenset({Stage.SHOW}),
        Action.FOLD: frozenset({Stage.SHOW}),
        Action.BOOST: frozenset({Stage.BOOST}),
        Action.DROP: frozenset({Stage.CARRY}),
        Action.HEADERS: frozenset({Stage.CARRY}),
        Action.STORE: frozenset({Stage.CARRY}),
    }
)
"""What each action decides."""


class Clause(NamedTuple):
    """One condition: of `values` one must be there, or a number must reach `bound`.

    `condition` is a name in `conditions.CONDITIONS`, which says how it is tested.
    """

    condition: str
    values: tuple[str, ...] = ()
    bound: int = 0


Clauses = tuple[Clause, ...]
"""Clauses that hold together or not, the cheap ones first."""


class Rule(NamedTuple):
    """One rule of the file. `number` counts from 1."""

    number: int
    action: Action
    clauses: Clauses
    name: str | None = None
    exceptions: tuple[Clauses, ...] = ()
    """Where all clauses of one of these hold, the rule does not apply."""
    through: bool = True
    """Whether accounts, lists, labels and words also count where they come through: in what
    the entry quotes, reposts or answers."""
    points: int = 0
    until_ms: int | None = None
    """When it ends, in Unix milliseconds."""
    because: str | None = None
    by: str | None = None
    """The labeller by whose label it applies, where the owner's subscription makes it."""

    @property
    def title(self) -> str:
        """The name to show."""
        return self.name or f"rule {self.number}"

    def expired(self, now_ms: int) -> bool:
        """Whether it has ended."""
        return self.until_ms is not None and self.until_ms <= now_ms


class Use(NamedTuple):
    """The effect that the owner lets one label have: it is no more than shown where `action` is
    None."""

    name: str
    action: Action | None
    points: int = 0


@dataclass(frozen=True, slots=True)
class Labeller:
    """An account whose labels the owner subscribes to; labels without a use do nothing."""

    number: int
    account: str
    uses: tuple[Use, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of a file, in its order, then those that its subscriptions to labels make; its
    lists: key texts by name; and what strangers pay to knock."""

    rules: tuple[Rule, ...] = ()
    lists: Mapping[str, frozenset[str]] = field(default_factory=dict)
    labellers: tuple[Labeller, ...] = ()
    knock: Prices = DEFAULT

    @property
    def written(self) -> tuple[Rule, ...]:
        """The rules that the owner wrote."""
        return tuple(rule for rule in self.rules if rule.by is None)


NO_RULES: Final = Rules()
