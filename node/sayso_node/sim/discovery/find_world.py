"""The world in which accounts are found: nodes, how long they take to answer, who is on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from random import Random
from typing import Final

from sayso_protocol.discovery.kademlia.contact import Contact, Scope
from sayso_protocol.discovery.location.location_tasks import Request
from sayso_protocol.errors import Refused

from ..checks.event_trace import EventTrace
from ..event_queue import Chance, EventQueue, microseconds
from .find_scenario import FindScenario
from .sim_locator import SimAccount, SimLocator

TICK_SECONDS: Final = 1200.0
"""How often an idle node looks whether anything is due."""

BOOT_SECONDS: Final = 1800.0
"""Within which all nodes come on line."""

DIAL_TRIPS: Final = 4
"""Round trips to a stranger: TCP, Noise, yamux, the request."""

DEAD_SECONDS: Final = 5.0
"""After which a peer that does not answer is given up."""

KNOWN: Final = 3
"""Contacts that a node has out of its address book when it starts."""

FIND_SECONDS: Final = 120.0


class FindWorld:
    """The nodes of a run, and their time."""

    def __init__(self, scenario: FindScenario, nodes: int, seed: int) -> None:
        self.scenario = scenario
        self.event_queue = EventQueue()
        self.trace = EventTrace()
        self.counts: Counter[str] = Counter()
        chance = Chance(seed)
        self._trips = chance.stream("trips")
        self._starts = chance.stream("starts")
        servers = max(3, round(scenario.servers * nodes))
        self.nodes = [
            SimLocator.make(index, index < servers, chance.stream("node", index))
            for index in range(nodes)
        ]
        self.servers = self.nodes[:servers]
        self._by_id = {node.id: node for node in self.nodes}
        self.authors = self._choose_authors(chance.stream("authors"))

    def _choose_authors(self, chance: Random) -> list[SimLocator]:
        """Authors are clients and servers alike; each has followers, who are none of them."""
        scenario = self.scenario
        count = min(scenario.authors, len(self.nodes) // 4)
        authors = chance.sample(self.nodes, count)
        readers = [node for node in self.nodes if node not in authors]
        for author in authors:
            author.account, author.stays = SimAccount.make(chance), True
            for reader in chance.sample(readers, min(scenario.followers, len(readers))):
                reader.follows.append(author.account.key)
        return authors

    # --- who is on -----------------------------------------------------------------------

    def start(self, node: SimLocator) -> None:
        """Let a node come on line, if it is off."""
        if node.online:
            return
        on = [one for one in self.servers if one.online and one is not node]
        known = self._starts.sample(on, min(KNOWN, len(on)))
        node.start(
            self.event_queue.now(),
            [one.contact for one in known],
            looks_after=self.scenario.looks_after,
        )
        self._note("start", node)
        self._tick(node, node.locator)

    def stop(self, node: SimLocator) -> None:
        """Let a node go off, without a word."""
        if node.online and node.locator is not None:
            node.online = False
            self.counts.update(node.locator.counts)
            self._note("stop", node)

    def come_and_go(self, node: SimLocator) -> None:
        """Let a node come and go by chance from now on."""
        if node.stays:
            return
        hours = self.scenario.up_hours if node.online else self.scenario.down_hours
        delay = node.chance.expovariate(1 / hours) * 3600
        self.event_queue.after(microseconds(delay), self._turn, node)

    def _turn(self, node: SimLocator) -> None:
        if not node.stays:
            (self.stop if node.online else self.start)(node)
        self.come_and_go(node)

    # --- what nodes do ---------------------------------------------------------------------

    def look_up(self, pairs: Iterable[tuple[SimLocator, bytes]]) -> list[tuple[SimLocator, bytes]]:
        """Let nodes that are on look accounts up, spread over some minutes, and give those who
        did."""
        began = [(node, account) for node, account in pairs if node.online]
        for number, (node, account) in enumerate(began):
            node.finds.pop(account, None)
            after = FIND_SECONDS * number / len(began)
            self.event_queue.after(microseconds(after), self._find, node, account)
        return began

    def _find(self, node: SimLocator, account: bytes) -> None:
        if node.online and node.locator is not None:
            node.locator.find(account)
            self._go_on(node)

    def _tick(self, node: SimLocator, locator: object) -> None:
        if node.online and node.locator is locator:
            self._go_on(node)
            delay = TICK_SECONDS * node.chance.uniform(0.5, 1.5)
            self.event_queue.after(microseconds(delay), self._tick, node, locator)

    def _go_on(self, node: SimLocator) -> None:
        """Begin the next task, if none is under way."""
        locator = node.locator
        assert locator is not None
        if locator.is_idle:
            now = self.event_queue.now()
            known = (one for one in node.follows if not locator.book.newest(one, now.wall_ms))
            self._send(node, locator.tick(now, node.follows, list(known)))

    def _send(self, node: SimLocator, requests: Iterable[Request]) -> None:
        for request in requests:
            self.counts["sent requests"] += 1
            trip = self._trips.uniform(0.03, 0.12) * DIAL_TRIPS * 2
            self.event_queue.after(microseconds(trip), self._arrive, node, request, node.locator)
        locator = node.locator
        assert locator is not None
        for find in locator.take_finds():
            node.finds[find.account] = find
            self.counts["finds"] += 1
            self._note("found" if find.told_by else "not-found", node)
        if not requests and locator.is_idle:
            self.event_queue.after(microseconds(1), self._go_on_later, node, locator)

    def _go_on_later(self, node: SimLocator, locator: object) -> None:
        """What follows a task, as soon as it is over."""
        machine = node.locator
        if node.online and machine is not None and machine is locator and machine.has_asked:
            self._go_on(node)

    def _arrive(self, node: SimLocator, request: Request, locator: object) -> None:
        """A request comes to whom it is for, and the answer back; or nobody is there."""
        target = self._by_id.get(request.contact.id)
        if target is None or not self._reaches(request.contact, target):
            after = microseconds(DEAD_SECONDS)
            self.event_queue.after(after, self._settle, node, request, locator, None)
            return
        assert target.locator is not None
        data = request.message.encode()
        self.counts["bytes"] += len(data)
        try:
            answer = target.locator.server.answer(
                node.id,
                node.contact.networks,
                Scope.INTERNET,
                data,
                self.event_queue.now().mono_ms,
            )
        except Refused:
            answer = None if request.has_answer else b""
            self.counts["refused"] += 1
        self._settle(node, request, locator, b"" if answer is None else answer)

    @staticmethod
    def _reaches(contact: Contact, target: SimLocator) -> bool:
        return target.online and target.serves and target.contact.addresses[0] in contact.addresses

    def _settle(
        self, node: SimLocator, request: Request, locator: object, answer: bytes | None
    ) -> None:
        if not node.online or node.locator is not locator:
            return
        now, machine = self.event_queue.now(), node.locator
        assert machine is not None
        if answer is None or (request.has_answer and not answer):
            self._send(node, machine.failed(request, now))
        elif request.has_answer:
            self.counts["bytes"] += len(answer)
            at = request.contact.addresses[0]
            self._send(node, machine.answered(request, answer, at, Scope.INTERNET, now))
        else:
            self._send(node, machine.sent(request, now))

    def _note(self, what: str, node: SimLocator, what_of: Callable[[], bytes] = bytes) -> None:
        self.counts[what] += 1
        self.trace.note(self.event_queue.now_us, what, node.index, data=what_of())
