"""Owners who do nothing while others write, and who look whether anything of theirs has changed."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from sayso_protocol.content.body import KnownBody, Label, Post
from sayso_storage.interface.store import Store
from sayso_storage.sqlite import open_store

from ...home.directory import Home
from ..authors import SimAuthor, random_text
from ..event_queue import microseconds
from ..scenario import Owners as Settings
from ..scenario import ScenarioError
from ..world import World
from .expectations import LABELS, Expectation
from .owner import EVERYTHING, Owner

_LABELS = (*LABELS, "Spam", "spam@x")


class Outspoken(SimAuthor):
    """Says what owners have rules about, with others' words beside it; a labeller labels too."""

    labels = False
    """Whether it is one whom owners have subscribed to."""

    def bodies(self, store: Store, count: int) -> list[KnownBody]:
        """Posts, and from a labeller labels on whatever it holds."""
        chance = self._chance
        said: list[KnownBody] = [Post(random_text(chance)) for _ in range(count)]
        if self.labels:
            held = store.arrived_after(0, EVERYTHING)
            on = tuple(one.reference for one in chance.sample(held, min(3, len(held))))
            of = (chance.choice(held).account,) if held and chance.random() < 0.3 else ()
            if on or of:
                said.append(Label(chance.choice(_LABELS), on, of, chance.random() < 0.3))
        return said


class Population:
    """The owners of a run, by node. Their stores are in their homes, which go with `close`."""

    def __init__(self, world: World, settings: Settings) -> None:
        self._world = world
        self._settings = settings
        self._opened = ExitStack()
        self._folder: Path | None = None
        self._by_node: dict[int, Owner] = {}
        honest = [node for node in range(world.plan.people) if node not in world.hostile]
        count = max(1, round(settings.share * len(honest)))
        chance = world.chance.stream("owners")
        self.nodes = frozenset(chance.sample(honest, min(count, len(honest))))
        self._honest = [one for one in world.plan.authors if one not in world.hostile]
        self._hostile_authors = [one for one in world.plan.authors if one in world.hostile]
        if world.scenario.power:
            raise ScenarioError("owners' homes are on real disks, whose power cannot fail")
        if len(self._honest) < 2 or not self._hostile_authors:
            raise ScenarioError("owners need two honest authors, and a hostile one that writes")
        labeller = world.authors[self._honest[0]]
        assert isinstance(labeller, Outspoken)
        labeller.labels = True

    def make_store(self, node: int, epoch: bytes) -> Store:
        """A store in a home of its own."""
        if self._folder is None:
            self._folder = Path(self._opened.enter_context(TemporaryDirectory()))
        home = Home(self._folder / str(node))
        home.prepare()
        return self._opened.enter_context(open_store(home.store, random=lambda _: epoch))

    def settle_in(self) -> None:
        """Write the files of all owners, whose stores have their subscriptions by now, and plan
        when they look."""
        assert self._folder is not None
        for node in sorted(self.nodes):
            store = self._world.stores[node]
            home = Home(self._folder / str(node))
            self._by_node[node] = Owner(home, store, self._expectation(node))
        self._look_later()

    def look(self) -> None:
        """Look at all that is the owners'; whoever sees something else looks no more."""
        for node, owner in list(self._by_node.items()):
            for complaint in owner.look():
                self._world.truth.violate("decided", node, complaint)
                self._by_node.pop(node, None)

    def met(self) -> set[str]:
        """Kinds of entries and titles of rules that came to pass; the owners who still look."""
        return {title for owner in self._by_node.values() for title in owner.met}

    def close(self) -> None:
        """Remove the homes."""
        self._opened.close()

    def _look_later(self) -> None:
        event_queue = self._world.event_queue
        if not self._world.is_over:
            event_queue.after(microseconds(self._settings.look_seconds), self._look_now)

    def _look_now(self) -> None:
        self.look()
        self._look_later()

    def _expectation(self, node: int) -> Expectation:
        """Of authors: one honest labels, one is folded; one hostile is liked, the last is not."""
        accounts = {one: author.account for one, author in self._world.authors.items()}
        own = self._world.stores[node].own_feed()
        return Expectation(
            own.account if own is not None else b"",
            muted=accounts[self._hostile_authors[-1]],
            folded=accounts[self._honest[1]],
            liked=accounts[self._hostile_authors[0]],
            stranger=accounts[self._hostile_authors[0]],
            labellers={accounts[self._honest[0]]: LABELS},
        )
