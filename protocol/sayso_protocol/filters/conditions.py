"""The conditions of rules: what each looks at, and when it holds."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from ..facts import FACTS, Cost, Facts
from ..text.hosts import domains_of
from .rules import Clause


class Membership(NamedTuple):
    """Holds where one of its values is among a fact's, or with `through` a further fact's."""

    fact: str
    through: tuple[str, ...] = ()
    """Facts that are looked at too, unless the rule says otherwise."""
    also: tuple[str, ...] = ()
    """Facts that are always looked at too."""

    @property
    def cost(self) -> Cost:
        """The most that asking costs."""
        return max(FACTS[fact].cost for fact in (self.fact, *self.through, *self.also))


class Bound(NamedTuple):
    """Holds where a number is at least so much, or with `below` less."""

    fact: str
    below: bool = False
    duration: bool = False
    """Whether it is written as a duration; seconds."""

    @property
    def cost(self) -> Cost:
        """The price of asking."""
        return FACTS[self.fact].cost


CONDITIONS: Final[Mapping[str, Membership | Bound]] = MappingProxyType(
    {
        "account": Membership("account", ("through",), ("other_keys",)),
        "list": Membership("lists", ("lists_through",)),
        "kind": Membership("kind"),
        "lang": Membership("lang"),
        "tag": Membership("tags"),
        "host": Membership("hosts"),
        "media_kind": Membership("media_kinds"),
        "words": Membership("text", ("carried_text", "carried_warn"), ("warn",)),
        "pattern": Membership("text", ("carried_text", "carried_warn"), ("warn",)),
        "label": Membership("labels", ("labels_through",)),
        "older": Bound("age", duration=True),
        "younger": Bound("age", below=True, duration=True),
        "media": Bound("media"),
        "media_bytes": Bound("media_bytes"),
        "distance": Bound("distance"),
        "coordinated": Bound("coordinated"),
        "rate": Bound("rate"),
        "account_younger": Bound("account_age", below=True, duration=True),
        "reply_depth": Bound("reply_depth"),
        "copies": Bound("copies"),
    }
)
"""Every condition that a rule may have, by its key in the file."""

TEXTUAL: Final = frozenset({"words", "pattern"})
"""Conditions that look for something within a text."""


def values_of(condition: str, facts: Facts, *, through: bool) -> frozenset[str]:
    """The values that a `Membership` that is not `TEXTUAL` is compared with: if one of its
    values is in it, it holds. Language ``pt-br`` is also ``pt``; ``name@key`` is also ``name`` of
    anybody; host ``www.example.org`` is also ``example.org``."""
    found: list[str] = []
    for fact in _LOOKED_AT[condition, through]:
        value: str | tuple[str, ...] = getattr(facts, fact)
        if isinstance(value, str):
            found.append(value)
        else:
            found += value
    if condition == "lang":
        found = _shorter(found[0])
    elif condition == "label":
        found += [label.partition("@")[0] for label in found]
    elif condition == "host":
        found = [domain for host in found for domain in domains_of(host)]
    return frozenset(found)


def texts_of(condition: str, facts: Facts, *, through: bool) -> tuple[str, ...]:
    """The texts that a `TEXTUAL` condition searches."""
    looked_at = _LOOKED_AT[condition, through]
    return tuple([text for fact in looked_at if (text := getattr(facts, fact))])


def reaches(clause: Clause, facts: Facts) -> bool:
    """Whether a `Bound` holds."""
    bound = CONDITIONS[clause.condition]
    assert isinstance(bound, Bound)
    value: int = getattr(facts, bound.fact)
    return (value >= clause.bound) is not bound.below


def order(clause: Clause) -> tuple[Cost, int]:
    """By what clauses are sorted: what they cost, then the order of `CONDITIONS`."""
    return CONDITIONS[clause.condition].cost, _PLACES[clause.condition]


_LOOKED_AT: Final = {
    (name, through): (choice.fact, *choice.also, *(choice.through if through else ()))
    for name, choice in CONDITIONS.items()
    if isinstance(choice, Membership)
    for through in (False, True)
}
"""The facts that a `Membership` looks at, through others or not."""

_PLACES: Final = {name: place for place, name in enumerate(CONDITIONS)}


def _shorter(lang: str) -> list[str]:
    """A language tag and all that it is a case of (RFC 4647, section 3.3.1)."""
    parts = lang.split("-")
    return ["-".join(parts[:count]) for count in range(1, len(parts) + 1)]
