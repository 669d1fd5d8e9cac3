"""Hubs that carry by request, authors who are off line, and strangers who fill quotas.

Each hub decides by the `CarryList` that runs on nodes, and keeps it in its store in the same way.
What a stranger's account takes comes straight into the hub's store, as fast as the hub counts.
"""

from __future__ import annotations

from typing import Final

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.discovery.hub.carry_list import Asker, CarryList, Decision
from sayso_protocol.discovery.hub.carry_messages import CARRIED
from sayso_protocol.discovery.hub.carry_proof import CARRY, CarryProof
from sayso_protocol.discovery.hub.settings import HubSettings, ListedAccount, Openness, Quota
from sayso_protocol.feed.run import verify_run
from sayso_storage.interface.store import NotSubscribed, Store
from sayso_storage.memory.store import MemoryStore

from ..hub.decisions import keep_decisions
from .authors import SimAuthor
from .event_queue import microseconds
from .scenario import HubQuotas, ScenarioError
from .world import World

LOOK_SECONDS: Final = 5.0
ASK_SECONDS: Final = 10.0
"""When authors and strangers ask: once all are on line."""
LATE_SECONDS: Final = 10.0
"""After the authors went, their followers come."""
POSTS_AT_ONCE: Final = 20
NETWORKS: Final = 12
"""From so many networks come the strangers."""


class SimHubs:
    """See the module. Raises `ScenarioError` where there are no hubs."""

    def __init__(self, world: World, quotas: HubQuotas, seed: int) -> None:
        if world.plan.people == world.nodes:
            raise ScenarioError("quotas need hubs: add a table [hub]")
        self._world = world
        self._quotas = quotas
        self._off_us, self._back_us = map(microseconds, quotas.off)
        listed = world.plan.authors[: round(quotas.admitted * len(world.plan.authors))]
        accounts = {world.authors[node].account: ListedAccount() for node in listed}
        quota = Quota(
            quotas.accounts, quotas.kilobytes * 1000, quotas.account_kilobytes * 1000, 4, 16
        )
        self.settings = HubSettings(Openness.EVERYBODY, quota, None, accounts)
        self.lists = {
            node: CarryList(str(node), self.settings)
            for node in range(world.plan.people, world.nodes)
        }
        self._crowd = [
            SimAuthor(
                seed, world.nodes + number, (200.0, 280.0), world.chance.stream("crowd", number)
            )
            for number in range(quotas.crowd)
        ]
        self._homes: dict[bytes, Store] = {}
        self.carried_whole = 0
        """Author, hub and look, where the hub had all before the author was back."""

    def late_by(self, node: int) -> float:
        """Seconds by which a node comes on line after others: who only reads comes when the authors
        have gone."""
        is_reader = node < self._world.plan.people and node not in self._world.authors
        return self._quotas.off[0] + LATE_SECONDS if is_reader else 0.0

    def begin(self) -> None:
        """Plan all that happens."""
        queue, asked_us = self._world.event_queue, microseconds(ASK_SECONDS)
        for hub in self.lists:
            self._keep(hub, self.lists[hub].choose(self.settings, queue.now().wall_ms))
            half = len(self._crowd) // 2
            for number, stranger in enumerate(self._crowd):
                later_us = microseconds(1) if number >= half else 0
                queue.at(asked_us - 1 + later_us, self._ask_as_stranger, hub, number, stranger)
        for author, hub in self._dialled():
            queue.at(asked_us, self._ask, hub, author)
        for author in self._world.plan.authors:
            queue.at(self._off_us, self._world.stop_node, author)
            queue.at(self._back_us, self._world.start_node, author)
        queue.at(self._back_us - 1, self._check_readers)
        queue.after(microseconds(LOOK_SECONDS), self._look)

    def _dialled(self) -> list[tuple[int, int]]:
        edges = self._world.plan.edges
        return [(node, hub) for node, hub in edges if node in self._world.authors]

    # --- requests ------------------------------------------------------------------------------

    def _ask(self, hub: int, author: int) -> None:
        one = self._world.authors[author]
        asker, now_ms = (
            Asker(str(author), f"home of {author}"),
            self._world.event_queue.now().wall_ms,
        )
        proof = CarryProof(CARRY, one.account, one.feed, str(hub), asker.peer_id, now_ms)
        answer, decisions = self.lists[hub].ask(one.account, asker, proof, now_ms)
        self._keep(hub, decisions)
        self._world.monitor.count(f"asked-{answer.code}", author, hub)
        if self.settings.is_listed(one.account) and answer.code != CARRIED:
            self._world.truth.violate("displaced", hub, f"listed author {author}: {answer.words}")

    def _ask_as_stranger(self, hub: int, number: int, stranger: SimAuthor) -> None:
        asker = Asker(f"stranger {number}", f"network {number % NETWORKS}")
        now_ms = self._world.event_queue.now().wall_ms
        self._keep(hub, self.lists[hub].ask(stranger.account, asker, None, now_ms)[1])

    # --- hubs ----------------------------------------------------------------------------------

    def _look(self) -> None:
        """Strangers take what they get, and each hub counts."""
        for hub, list_ in self.lists.items():
            store = self._world.stores[hub]
            for stranger in self._crowd:
                self._fill(store, stranger)
            while store.count_carried():
                pass
            self._keep(hub, list_.counted(store.carried_for_others()))
            self._check_quotas(hub)
        if not self._world.is_over:
            self._world.event_queue.after(microseconds(LOOK_SECONDS), self._look)

    def _fill(self, store: Store, stranger: SimAuthor) -> None:
        now_ms = self._world.event_queue.now().wall_ms
        if stranger.account not in store.carried_accounts():
            return
        home = self._homes.get(stranger.account)
        if home is None:
            home = self._homes[stranger.account] = _home_of(stranger, now_ms)
        try:
            store.add_grant(stranger.grant)
        except NotSubscribed:
            return
        stranger.post(home, POSTS_AT_ONCE, now_ms)
        held = store.feed(stranger.feed)
        assert held is not None
        run = home.load(stranger.feed, held.head + 1, held.head + POSTS_AT_ONCE)
        if run is not None:
            store.append([verify_run(run)], now_ms)

    def _keep(self, hub: int, decisions: list[Decision]) -> None:
        now_ms = self._world.event_queue.now().wall_ms
        keep_decisions(self._world.stores[hub], decisions, now_ms)
        if decisions and hub in self._world.online:
            self._world.online[hub].refresh()

    # --- checks --------------------------------------------------------------------------------

    def _check_quotas(self, hub: int) -> None:
        unlisted = [
            one for one in self.lists[hub].accounts if not self.settings.is_listed(one.account)
        ]
        quota = self.settings.quota
        most = quota.bytes + len(unlisted) * POSTS_AT_ONCE * 1000
        if len(unlisted) > quota.accounts or sum(one.bytes for one in unlisted) > most:
            self._world.truth.violate("over-quota", hub, f"{len(unlisted)} accounts")

    def _check_readers(self) -> None:
        """Before the authors are back whoever follows one has all of it from the hubs."""
        world = self._world
        for author in world.plan.authors:
            one = world.authors[author]
            carriers = [hub for node, hub in self._dialled() if node == author]
            if not any(self.lists[hub].status(one.account).code == CARRIED for hub in carriers):
                continue
            self.carried_whole += 1
            head = world.truth.heads[one.feed]
            for reader in world.plan.followers(author):
                if reader not in world.online or not _shares(world, reader, carriers):
                    continue
                state = world.stores[reader].feed(one.feed)
                if state is None or state.count < head:
                    world.truth.violate("not-carried", reader, key_text(one.account))


def _home_of(stranger: SimAuthor, now_ms: int) -> Store:
    """The store of a stranger, which no node runs on."""
    store = MemoryStore(stranger.account[:16])
    stranger.begin(store, now_ms)
    return store


def _shares(world: World, reader: int, carriers: list[int]) -> bool:
    """Whether a reader dials one of these hubs."""
    return any(node == reader and hub in carriers for node, hub in world.plan.edges)
