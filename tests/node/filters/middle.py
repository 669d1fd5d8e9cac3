"""A node with rules between those who write and those who read."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from tests.node.support import Person

from sayso_node.clock import now_ms
from sayso_node.filters.edit import block, unblock
from sayso_node.filters.live_rules import LiveRules
from sayso_node.filters.relay_filter import RelayFilter
from sayso_node.home.directory import Home
from sayso_node.labels.subscription import set_labellers
from sayso_node.sync.engine import Engine


@dataclass
class Reader:
    """Somebody with a home, in the middle between those who write and those who read."""

    home: Home
    person: Person
    now_ms: int | None = None
    """The time, where it is not the real one."""
    engine: Engine = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        store = self.person.store
        kept = LiveRules(self.home, partial(set_labellers, store))
        self.carrying = RelayFilter(store, kept, self._clock)
        self.engine = Engine(store, "robin", "test/1", lambda _: None, self.carrying)

    def _clock(self) -> int:
        return now_ms() if self.now_ms is None else self.now_ms

    async def rule(self, text: str) -> None:
        """Put these rules into the file, of which the running node hears."""
        self.home.filters.write_text(text)
        await self.engine.refresh()

    async def block(self, other: Person) -> None:
        block(self.home, self.person.store, other.account)
        await self.engine.refresh()

    async def unblock(self, other: Person) -> None:
        unblock(self.home, other.account)
        await self.engine.refresh()


def people(robin: Reader) -> tuple[Person, Person, Person]:
    """Anna and Ben write; Robin follows both, Cleo follows both through Robin."""
    anna, ben, cleo = Person("anna"), Person("ben"), Person("cleo")
    for one in (robin.person, cleo):
        one.follow(anna)
        one.follow(ben)
    robin.start()
    return anna, ben, cleo
