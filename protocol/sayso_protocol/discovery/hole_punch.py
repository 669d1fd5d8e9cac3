"""Hole punching (DCUtR): two peers that only reach each other over a relay open a way through both
their routers, by calling each other at the same moment.

Who was called over the relay begins: both tell at which addresses the relay saw them, the time of
that round trip is measured, then *sync* is said. Who called dials when it hears it; the other side
half a round trip after it said it, so that the two SYNs meet on the way. Who called is the
initiator on the new connection too, whoever's SYN opened it.

Source: https://github.com/libp2p/specs/blob/master/relay/DCUtR.md. Pure: the time comes from
outside, the dialling is done there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from ..errors import BadShape
from ..protobuf import ProtobufMessage, encode
from ..token_bucket import TokenBucket
from .multiaddr import Address, readable_addresses
from .rates import Rates

PUNCH_PROTOCOL: Final = "/libp2p/dcutr"

MAX_MESSAGE: Final = 4096
"""Longest message; the specification says so."""
MAX_TOLD: Final = 16
"""Addresses of one message that are looked at."""
MAX_DIALLED: Final = 4
"""Of those the ones that are dialled: what a stranger names gets at most so many SYNs at a time."""
TRIES: Final = 3
"""Rounds of one punch; nearly all that succeed do so in the first (arXiv 2510.27500: 97.6 %)."""
ANSWER_MS: Final = 5_000
"""How long the other side may take to answer a message: a few round trips of the worst line."""
LONGEST_TRIP_MS: Final = 4_000
"""A round trip that took longer says nothing about the next one."""
SYN_EVERY_MS: Final = 100
"""Pause after a dial that was refused: a router that answers SYNs with RST lets the next through
once its own side has called."""
DIAL_MS: Final = 5_000
"""How long one round goes on dialling."""
PAUSE_MS: Final = 500
"""Between two rounds."""

PAUSES_MS: Final = (60_000, 300_000, 1_800_000)
"""Between a punch that came to nothing and the next, while the relayed connection lasts; the last
one again and again. A busy machine, a lost packet or another router may be the cause, or routers
that never let it through, which is no reason to try often."""

_MINUTE: Final = 60
_A_MINUTE: Final = 20
"""Rounds of all peers together in a minute: at most 80 addresses named by strangers are dialled."""
_TRACKED: Final = 1024
"""Peers whose last rounds are remembered."""


class PunchKind(IntEnum):
    """What a message is."""

    CONNECT = 100
    SYNC = 300


@dataclass(frozen=True, slots=True)
class PunchMessage:
    """A message: `addresses` of CONNECT are those at which the sender was seen."""

    kind: PunchKind
    addresses: tuple[Address, ...] = ()


def encode_punch(message: PunchMessage) -> bytes:
    """A message as bytes, without its length."""
    return encode((1, int(message.kind)), (2, [one.to_bytes() for one in message.addresses]))


def decode_punch(data: bytes) -> PunchMessage:
    """Read a message; addresses that this node does not dial are left out. Raises `BadShape`,
    `TooLarge`."""
    message = ProtobufMessage(data)
    try:
        kind = PunchKind(message.number(1))
    except ValueError as error:
        raise BadShape("a message of hole punching of an unknown kind") from error
    return PunchMessage(kind, tuple(readable_addresses(message.all_data(2), MAX_TOLD)))


def punchable(told: Iterable[Address], own: Iterable[Address] = ()) -> list[Address]:
    """Of the addresses that a peer told those to dial: public IP addresses, none of this node's
    own, each once, and not too many."""
    mine = {(one.host, one.port) for one in own}
    found: dict[tuple[str, int], Address] = {}
    for address in told:
        place = address.host, address.port
        is_endpoint = address.is_ip and address.is_public and address.port and not address.relay
        if is_endpoint and place not in mine:
            found.setdefault(place, address)
    return list(found.values())[:MAX_DIALLED]


def pause_ms(failures: int) -> int:
    """How long to wait after so many punches that came to nothing, one at least."""
    return PAUSES_MS[min(failures, len(PAUSES_MS)) - 1]


@dataclass(frozen=True, slots=True)
class Round:
    """What is dialled, and when: all addresses at once, by the clock that never jumps."""

    addresses: tuple[Address, ...]
    at_ms: float
    initiator: bool
    """Whether this side speaks first on the connection that comes of it."""


class Beginner:
    """The side that was called over the relay, in one round."""

    def __init__(self, own: Sequence[Address]) -> None:
        """`own` are the addresses at which this node was seen."""
        self._own = tuple(own)
        self._sent_ms = 0.0

    def begin(self, mono_ms: float) -> PunchMessage:
        """The first message."""
        self._sent_ms = mono_ms
        return PunchMessage(PunchKind.CONNECT, self._own)

    def answered(self, answer: PunchMessage, mono_ms: float) -> Round:
        """The other side has told its addresses; SYNC goes out at this moment. Raises `BadShape`
        where the answer is another one."""
        if answer.kind is not PunchKind.CONNECT:
            raise BadShape("a peer that is asked for its addresses says something else")
        trip_ms = min(mono_ms - self._sent_ms, LONGEST_TRIP_MS)
        found = punchable(answer.addresses, self._own)
        return Round(tuple(found), mono_ms + trip_ms / 2, initiator=False)


class Answerer:
    """The side that called over the relay, in one round."""

    def __init__(self, own: Sequence[Address]) -> None:
        """`own` as for `Beginner`."""
        self._own = tuple(own)
        self._told: tuple[Address, ...] | None = None

    def asked(self, message: PunchMessage) -> PunchMessage:
        """The answer to the first message. Raises `BadShape` where it is another one."""
        if message.kind is not PunchKind.CONNECT:
            raise BadShape("hole punching does not begin with that")
        self._told = message.addresses
        return PunchMessage(PunchKind.CONNECT, self._own)

    def synced(self, message: PunchMessage, mono_ms: float) -> Round:
        """SYNC has come: dial now. Raises `BadShape` where it is another message."""
        if message.kind is not PunchKind.SYNC or self._told is None:
            raise BadShape("hole punching does not go on with that")
        return Round(tuple(punchable(self._told, self._own)), mono_ms, initiator=True)


class PunchBudget:
    """How often this node dials what peers name: one punch a peer and minute, and so many in all.
    `counts` tells how often which bound was met."""

    def __init__(self) -> None:
        self._of_peer = Rates(TRIES, TRIES / _MINUTE, _TRACKED)
        self._all = TokenBucket(_A_MINUTE, _A_MINUTE / _MINUTE)
        self.counts: Counter[str] = Counter()

    def may_dial(self, peer: str, mono_ms: float) -> bool:
        """Whether a round with a peer may begin; then it is counted."""
        if not self._of_peer.spend(peer, mono_ms):
            self.counts["the peer's minute"] += 1
            return False
        if not self._all.spend(1, mono_ms):
            self.counts["everybody's minute"] += 1
            return False
        self.counts["rounds"] += 1
        return True
