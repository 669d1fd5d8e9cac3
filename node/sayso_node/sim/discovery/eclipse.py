"""The scenario ``eclipse``: a node that starts again among sybils, who told it nearly all it knows.

One node, its address book and its planner, over virtual time; what it dials answers as the world
says. It has met a few honest peers before. Then sybils, twenty for each honest node, in a few
networks, tell it of each other until nine in ten addresses that it was told of are theirs, and make
it restart. Some of the honest are off. Sybils always answer, and say that they carry all.

The control keeps no book: it dials eight of all the addresses that it was told of, at random, and
stays with those who answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Final, NamedTuple

from sayso_protocol.discovery.address_book.address_book import AddressBook
from sayso_protocol.discovery.address_book.carriers import Carriers
from sayso_protocol.discovery.address_book.known_codec import KnownRow, peer_of, row_of
from sayso_protocol.discovery.address_book.trust import is_public, network_of
from sayso_protocol.discovery.candidate import Candidate, Origin
from sayso_protocol.discovery.connections.decisions import Dial, Leave
from sayso_protocol.discovery.connections.dial_limits import ANCHORS, SPREAD
from sayso_protocol.discovery.connections.dial_planner import DialPlanner
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_protocol.discovery.seeded_random import SeededRandom
from sayso_protocol.seats import TURN_MS
from sayso_protocol.sync.now import Now

_START_MS: Final = 1_800_000_000_000
_ACCOUNT: Final = bytes(32)
_TOLD_AT_ONCE: Final = 16
ROUNDS: Final = 3
"""Turns (`TURN_MS`) after which it must have an honest peer. What that peer has comes in the same
round: `besieged` shows it with real replicas."""


@dataclass(frozen=True, slots=True)
class Siege:
    """What a run is made of. `poisoned` is the sybils' share of all addresses that were told."""

    honest: int = 50
    sybils_a_node: int = 20
    networks: int = 10
    """The IPv4 /16 in which the sybils are."""
    met: int = 12
    """Honest peers that were dialled before."""
    told: int = 100
    """Honest addresses that were told."""
    poisoned: float = 0.9
    off: float = 0.5
    """The share of the honest that is off after the restart."""
    minutes: int = 5


@dataclass(slots=True)
class _World:
    honest: list[Address]
    sybils: list[Address]
    off: set[str] = field(default_factory=set)
    """Peers that do not answer."""

    @property
    def honest_ids(self) -> set[str]:
        return {str(address.peer_id) for address in self.honest}


class Outcome(NamedTuple):
    """What became of a node that was besieged."""

    is_kept: bool
    """Whether an honest peer that it dialled is connected in the end."""
    joined_s: int | None
    """After how many seconds the first was connected: from then on there is an honest path."""


class _Node:
    """The node that is besieged."""

    def __init__(self, siege: Siege, seed: int) -> None:
        self.siege = siege
        self.chance = Random(seed)  # noqa: S311 - a simulation
        self.world = _make_world(siege, self.chance)
        self._secret = self.chance.randbytes(32)
        self._draw = SeededRandom(seed.to_bytes(8, "big"))
        self._now = Now(_START_MS, 0)
        self._wake_up([])

    def _wake_up(self, rows: Iterable[KnownRow]) -> None:
        """Begin with what a store kept."""
        self.book = AddressBook(self._secret, map(peer_of, rows))
        self._planner = DialPlanner("own", self.book, Carriers(), self._draw)
        self._planner.needs.want([_ACCOUNT])

    def tell(self, teller: Address, addresses: Iterable[Address]) -> None:
        """A peer tells of others."""
        for address in addresses:
            candidate = Candidate(str(address.peer_id), (address,), Origin.EXCHANGE)
            self._planner.consider(candidate, network_of(teller), self._now)

    def meet(self, peers: Sequence[Address]) -> None:
        """Peers that are dialled, and carry what is wanted."""
        for address in peers:
            self.tell(address, [address])
            self.book.note_success(address, self._now.wall_ms)
        self.book.set_anchors(str(one.peer_id) for one in peers[:ANCHORS])

    def restart(self) -> None:
        """Stop and start again a while later."""
        rows = [row_of(peer) for peer in self.book.peers]
        self._now = Now(self._now.wall_ms + 60_000, 0)
        self._wake_up(rows)

    def run(self, minutes: int) -> Outcome:
        """Dial as the planner says."""
        planner, off, honest = self._planner, self.world.off, self.world.honest_ids
        joined_s: int | None = None
        for second in range(minutes * 60):
            for decision in planner.tick(self._now):
                match decision:
                    case Dial():
                        self._dial(decision, off)
                    case Leave(peer_id=peer_id):
                        planner.lost(peer_id, self._now)
            if joined_s is None and any(peer.peer_id in honest for peer in planner.present):
                joined_s = second
            self._now = Now(self._now.wall_ms + 1000, self._now.mono_ms + 1000)
        return Outcome(any(peer.peer_id in honest for peer in planner.present), joined_s)

    def _dial(self, dial: Dial, off: set[str]) -> None:
        reached = None if dial.peer_id in off else dial.addresses[0]
        tried = dial.addresses if reached is None else ()
        self._planner.dialled(dial, reached, tried, self._now)
        if reached is not None and dial.stays:
            self._planner.connected(dial.peer_id, reached, self._now, outbound=True)
            self._planner.carries(dial.peer_id, [_ACCOUNT], self._now)


def besiege(siege: Siege, seed: int) -> Outcome:
    """What becomes of a node in all this."""
    node = _Node(siege, seed)
    world, chance = node.world, node.chance
    node.meet(chance.sample(world.honest, siege.met))
    for teller, told in _all_told(siege, world, chance):
        node.tell(teller, told)
    node.restart()
    world.off = _some_off(siege, world, chance)
    return node.run(siege.minutes)


def control_keeps_an_honest_peer(siege: Siege, seed: int) -> bool:
    """The same of a node without a book."""
    chance = Random(seed)  # noqa: S311 - a simulation
    world = _make_world(siege, chance)
    world.off = _some_off(siege, world, chance)
    told = [address for _, addresses in _all_told(siege, world, chance) for address in addresses]
    chance.shuffle(told)
    there = [str(address.peer_id) for address in told if address.peer_id not in world.off]
    return bool(set(there[:SPREAD]) & world.honest_ids)


def _make_world(siege: Siege, chance: Random) -> _World:
    honest = [_address(_public_ip(chance), number) for number in range(siege.honest)]
    homes = [_public_ip(chance).rsplit(".", 2)[0] for _ in range(siege.networks)]
    sybils = [
        _address(
            f"{chance.choice(homes)}.{chance.randint(0, 255)}.{chance.randint(1, 254)}", number
        )
        for number in range(10**6, 10**6 + siege.honest * siege.sybils_a_node)
    ]
    return _World(honest, sybils)


def _all_told(
    siege: Siege, world: _World, chance: Random
) -> list[tuple[Address, Sequence[Address]]]:
    """Who tells of whom: honest peers of a part of the honest, sybils of sybils."""
    told: list[tuple[Address, Sequence[Address]]] = []
    for teller in chance.sample(world.honest, siege.told // _TOLD_AT_ONCE):
        told.append((teller, chance.sample(world.honest, _TOLD_AT_ONCE)))
    lies = round(siege.told * siege.poisoned / (1 - siege.poisoned))
    for _ in range(lies // _TOLD_AT_ONCE):
        told.append((chance.choice(world.sybils), chance.sample(world.sybils, _TOLD_AT_ONCE)))
    chance.shuffle(told)
    return told


def _some_off(siege: Siege, world: _World, chance: Random) -> set[str]:
    ids = sorted(world.honest_ids)
    return set(chance.sample(ids, round(siege.off * len(ids))))


def _public_ip(chance: Random) -> str:
    while True:
        ip = ".".join(str(chance.randint(1, 254)) for _ in range(4))
        if is_public(Address("ip4", ip, 4001)):
            return ip


def _address(ip: str, number: int) -> Address:
    return Address("ip4", ip, 4001, _peer_id(number))


@cache
def _peer_id(number: int) -> str:
    """The same few thousand in every siege: to make one costs as much as all else of an address."""
    return peer_id_of_key(number.to_bytes(32, "big"))


@dataclass(frozen=True, slots=True)
class EclipseReport:
    """How many of so many seeds kept an honest peer, with the address book and without."""

    seeds: int
    kept: int
    joined: int
    """Seeds where an honest peer was connected within `ROUNDS` rounds."""
    slowest_s: int
    """The longest that it took, in those where one was ever connected."""
    control: int

    @property
    def is_kept(self) -> bool:
        """Whether at least 999 in a thousand did, and soon enough."""
        return min(self.kept, self.joined) >= self.seeds * 0.999

    def text(self, siege: Siege) -> str:
        """The report for a person."""
        return (
            f"scenario eclipse, {self.seeds} seeds: {siege.honest} honest nodes, of which "
            f"{siege.off:.0%} are off,\n"
            f"  {siege.sybils_a_node} sybils for each in {siege.networks} networks, "
            f"{siege.poisoned:.0%} of the addresses that were told are theirs\n"
            f"  kept an honest peer that it dialled: {self.kept}; without a book: {self.control}\n"
            f"  had one within {ROUNDS} rounds of a minute: {self.joined}; "
            f"the slowest after {self.slowest_s} s"
        )


def run_eclipse(siege: Siege, seeds: int) -> EclipseReport:
    """Run it with the seeds from 0 on."""
    outcomes = [besiege(siege, seed) for seed in range(seeds)]
    joined = [one.joined_s for one in outcomes if one.joined_s is not None]
    return EclipseReport(
        seeds,
        kept=sum(one.is_kept for one in outcomes),
        joined=sum(seconds * 1000 < ROUNDS * TURN_MS for seconds in joined),
        slowest_s=max(joined, default=0),
        control=sum(control_keeps_an_honest_peer(siege, seed) for seed in range(seeds)),
    )
