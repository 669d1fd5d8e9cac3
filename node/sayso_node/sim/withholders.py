"""People with a rule about what is said: they withhold every so many-th post of everybody's."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random

from sayso_protocol.content.body import Post, read_body
from sayso_protocol.feed.run import Body, RawRun
from sayso_protocol.filters.rules import Rules
from sayso_protocol.filters.syntax.parser import read_rules
from sayso_storage.interface.store import Store

from ..filters.relay_filter import RelayFilter
from .scenario import PartialRelay

MOST = 1000
"""Posts of an author that the rule can name."""


class Withholders:
    """The nodes that withhold, and the posts that they never send."""

    def __init__(self, scenario: PartialRelay, people: list[int], chance: Random) -> None:
        count = min(round(scenario.share * len(people)), len(people))
        self.nodes = frozenset(chance.sample(people, count))
        self._numbers = frozenset(map(str, range(scenario.every, MOST, scenario.every)))
        self._rules = _rules(self._numbers, scenario.action)

    def relay_policy(self, store: Store, clock: Callable[[], int]) -> RelayFilter:
        """The rule at work in one node."""
        return RelayFilter(store, self._rules, clock)

    def sends_withheld(self, node: int, run: RawRun) -> int | None:
        """The first number in a run that this node must not send, or None."""
        if node not in self.nodes:
            return None
        numbered = enumerate(run.bodies, run.first)
        return next((seq for seq, body in numbered if self._is_withheld(body)), None)

    def _is_withheld(self, body: Body) -> bool:
        said = read_body(body) if isinstance(body, bytes) else None
        return isinstance(said, Post) and said.text.partition(" ")[0] in self._numbers


def _rules(numbers: Iterable[str], action: str) -> Rules:
    words = ", ".join(f'"{number}"' for number in sorted(numbers))
    return read_rules(f'[[rule]]\naction = "{action}"\nwords = [{words}]\n'.encode())
