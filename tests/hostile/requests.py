"""What strangers ask in each protocol of a node: requests that look right, others each time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from sayso_node.clock import now_ms
from sayso_node.network.discovery.location_exchange import PROTOCOL as LOCATIONS
from sayso_node.network.link import SYNC_VERSIONS
from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.blob.blob_frames import Ask, encode_blob_frame
from sayso_protocol.blob.cid import RAW
from sayso_protocol.blob.exchange_limits import BLOB_PROTOCOL
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.autonat.messages import (
    BACK_PROTOCOL,
    REQUEST_PROTOCOL,
    encode_back,
    encode_request,
)
from sayso_protocol.discovery.hole_punch import (
    PUNCH_PROTOCOL,
    PunchKind,
    PunchMessage,
    encode_punch,
)
from sayso_protocol.discovery.hub.carry_messages import ASK, CARRY_PROTOCOL, CarryRequest
from sayso_protocol.discovery.identify import (
    IDENTIFY_PROTOCOL,
    IDENTIFY_PUSH_PROTOCOL,
    encode_identify,
)
from sayso_protocol.discovery.introduction import INVITE_PROTOCOL, sign_introduction
from sayso_protocol.discovery.kademlia.messages import PROTOCOL as KADEMLIA
from sayso_protocol.discovery.kademlia.messages import Message, MessageType
from sayso_protocol.discovery.location.announcement import record_key
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.peer_exchange.exchange_limits import PROTOCOL as PEERS
from sayso_protocol.discovery.peer_exchange.messages import PeersRequest
from sayso_protocol.discovery.peer_id import key_of_peer_id, peer_id_of_key
from sayso_protocol.discovery.reach.acknowledgement import REACH_PROTOCOL, write_question
from sayso_protocol.discovery.relay.messages import (
    HOP_PROTOCOL,
    STOP_PROTOCOL,
    HopKind,
    HopMessage,
    StopKind,
    StopMessage,
    encode_hop,
    encode_stop,
)
from sayso_protocol.discovery.signed_record import sign_peer_record
from sayso_protocol.letters.letter_frames import Ask as AskLetters
from sayso_protocol.letters.letter_frames import Deliver, Doors, Peek, encode_letter_frame
from sayso_protocol.letters.letter_limits import LETTER_PROTOCOL, MAX_IDS, MAX_PEEKED
from sayso_protocol.letters.padding import LETTER_SIZES
from sayso_protocol.sync.interest import day_of

HERE = Address("ip4", "127.0.0.1", 9)


@dataclass
class Asker:
    """Who asks: the stranger with a key, of a node."""

    number: int
    node: str
    """The peer id of the node that is asked."""
    chance: Random = field(default_factory=Random)

    @property
    def key(self) -> KeyPair:
        return KeyPair.from_seed(self.number.to_bytes(32, "big"))

    @property
    def peer_id(self) -> str:
        return peer_id_of_key(self.key.public)


def _introduction(asker: Asker) -> list[bytes]:
    account, feed = (KeyPair.from_seed(asker.chance.randbytes(32)) for _ in range(2))
    grant = sign_grant(account, feed, asker.chance.randbytes(32))
    token = asker.chance.randbytes(8)
    who = asker.key.public, key_of_peer_id(asker.node)
    return [sign_introduction(feed, grant, token, *who)]


def _table(asker: Asker) -> list[bytes]:
    """Something laid down where nobody looks, and two questions."""
    day = day_of(now_ms())
    keys = [record_key(asker.chance.randbytes(32), day) for _ in range(3)]
    sealed = (asker.chance.randbytes(512),)
    return [
        Message(MessageType.ADD_PROVIDER, keys[0], sealed=sealed).encode(),
        Message(MessageType.GET_PROVIDERS, keys[1]).encode(),
        Message(MessageType.FIND_NODE, keys[2]).encode(),
    ]


def _locations(asker: Asker) -> list[bytes]:
    day = day_of(now_ms())
    keys = [record_key(asker.chance.randbytes(32), day) for _ in range(16)]
    return [Message(MessageType.GET_PROVIDERS, key).encode() for key in keys]


def _peers(asker: Asker) -> list[bytes]:
    where = [Address("ip4", f"11.0.{asker.chance.randrange(256)}.{n}", 4001) for n in range(1, 9)]
    record = sign_peer_record(asker.key, now_ms() + asker.chance.randrange(1000), where)
    return [PeersRequest(record, True, True).encode()]


def _push(asker: Asker) -> list[bytes]:
    protocols = [f"/{asker.chance.randrange(10**9)}" for _ in range(30)] + [HOP_PROTOCOL]
    seen = Address("ip4", f"11.0.0.{asker.chance.randrange(256)}", 4001)
    return [encode_identify(asker.peer_id, [HERE], protocols, seen, "stranger/1")]


def _hop(asker: Asker) -> list[bytes]:
    target = peer_id_of_key(KeyPair.from_seed(asker.chance.randbytes(32)).public)
    kind = asker.chance.choice([HopKind.RESERVE, HopKind.CONNECT])
    return [encode_hop(HopMessage(kind, target if kind is HopKind.CONNECT else ""))]


class Whole(bytes):
    """A message that is sent as it is, with its own kind of length."""


def _blob(asker: Asker) -> list[bytes]:
    """Names that nobody has, and what is no frame."""
    asks = [Ask(number, RAW + asker.chance.randbytes(32), 0, 60) for number in range(8)]
    return [*(Whole(encode_blob_frame(ask)) for ask in asks), Whole(asker.chance.randbytes(64))]


def _letters(asker: Asker) -> list[bytes]:
    """Letters for boxes of nobody, questions for as many boxes and letters as may be asked for, and
    a right that is none."""
    chance = asker.chance
    size = chance.choice(LETTER_SIZES)
    letters = [Deliver(n, chance.randbytes(16), n, chance.randbytes(size)) for n in range(8)]
    questions = [
        Peek(tuple(sorted(chance.randbytes(16) for _ in range(MAX_PEEKED)))),
        AskLetters(tuple(chance.randbytes(16) for _ in range(MAX_IDS))),
        Doors(chance.randbytes(200), 1, 2, chance.randbytes(64)),
    ]
    return [Whole(encode_letter_frame(one)) for one in [*letters, *questions]]


REQUESTS: Mapping[str, Callable[[Asker], list[bytes]]] = {
    BLOB_PROTOCOL: _blob,
    LETTER_PROTOCOL: _letters,
    KADEMLIA: _table,
    LOCATIONS: _locations,
    PEERS: _peers,
    INVITE_PROTOCOL: _introduction,
    CARRY_PROTOCOL: lambda one: [CarryRequest(ASK, one.chance.randbytes(32)).to_bytes()],
    REACH_PROTOCOL: lambda one: [write_question(one.chance.randbytes(32))],
    IDENTIFY_PROTOCOL: lambda _: [],
    IDENTIFY_PUSH_PROTOCOL: _push,
    REQUEST_PROTOCOL: lambda one: [encode_request([HERE], one.chance.getrandbits(64))],
    BACK_PROTOCOL: lambda one: [encode_back(one.chance.getrandbits(64))],
    HOP_PROTOCOL: _hop,
    STOP_PROTOCOL: lambda one: [encode_stop(StopMessage(StopKind.CONNECT, one.peer_id))],
    PUNCH_PROTOCOL: lambda _: [encode_punch(PunchMessage(PunchKind.CONNECT, (HERE,)))],
}
"""The messages of one stream, by protocol. Sync has tests of its own."""

ELSEWHERE = set(SYNC_VERSIONS)
