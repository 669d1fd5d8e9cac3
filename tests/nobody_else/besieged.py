"""A home whose owner does nothing, among people who may be hostile."""

from __future__ import annotations

from pathlib import Path

from tests.node.support import Person

from sayso_node.filters.live_rules import LiveRules
from sayso_node.filters.relay_filter import RelayFilter
from sayso_node.home.directory import Home
from sayso_node.sim.owners.expectations import LABELS, Expectation
from sayso_node.sim.owners.owner import NOW_MS, Owner
from sayso_node.sync.engine import Engine
from sayso_storage.sqlite import open_store

from .acts import WRITERS

FOLLOWED = {"ben": "Ben", "mallory": None, "oscar": "O", "zed": "Z"}
"""By what the owner calls them."""


class Decided(AssertionError):
    """Somebody else did."""


class Besieged(Owner):
    """Robin's home. He follows Ben, Mallory, Oscar and Zed, whom he has blocked since, and has
    subscribed to Lena's labels; Eve is a stranger."""

    def __init__(self, path: Path) -> None:
        home = Home(path)
        home.prepare()
        store = open_store(home.store)
        self.person = Person("robin", store)
        self.people = {name: Person(name) for name in WRITERS} | {"robin": self.person}
        key = {name: one.account for name, one in self.people.items()}
        for name, petname in FOLLOWED.items():
            store.follow(key[name], petname, NOW_MS)
        self.person.post("beans of my own", "casino of my own")
        expectation = Expectation(
            key["robin"], muted=key["eve"], folded=key["oscar"], liked=key["mallory"],
            stranger=key["eve"], labellers={key["lena"]: LABELS}, blocked=key["zed"],
        )  # fmt: skip
        super().__init__(home, store, expectation)
        self._own_feed = store.own_feed()

    def engine(self) -> Engine:
        """What runs the node, as `sayso node` starts it."""
        carrying = RelayFilter(self.store, LiveRules(self.home))
        return Engine(self.store, "robin", "test/1", lambda _: None, carrying)

    def insist(self) -> None:
        """Raises `Decided` where something is otherwise than the owner has it."""
        for complaint in self._look_while_it_stands_still():
            raise Decided(complaint)
        if self.store.own_feed() != self._own_feed:
            raise Decided("the own feed")
        for name in ("zed", "eve"):
            if any(state.count for state in self.store.feeds_of(self.people[name].account)):
                raise Decided(f"something of {name}'s is held")

    def _look_while_it_stands_still(self) -> list[str]:
        """A look between two batches: a thread may be storing one, and there is one at most."""
        for _ in range(3):
            before = self.store.last_arrival(), self.store.feeds_carried()
            complaints = list(self.look())
            if before == (self.store.last_arrival(), self.store.feeds_carried()):
                return complaints
        raise AssertionError("the store does not stand still")
