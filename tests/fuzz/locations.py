"""The hash table's messages and the announcements in it, and what their decoders begin with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from tests.protocol.discovery.kademlia.crowd import contact_at, record_key_of
from tests.vectors.cases import ACCOUNT, FEED
from tests.vectors.make import load

from sayso_protocol.codec import decode, encode
from sayso_protocol.discovery.kademlia.contact import Scope
from sayso_protocol.discovery.kademlia.kademlia_limits import MAX_ANSWER
from sayso_protocol.discovery.kademlia.messages import Message, MessageType
from sayso_protocol.discovery.kademlia.routing_table import RoutingTable
from sayso_protocol.discovery.kademlia.server import Server
from sayso_protocol.discovery.location.announcement import (
    DOMAIN,
    Announcement,
    read_announcement,
    seal,
    unseal,
)
from sayso_protocol.errors import BadSignature, NotCanonical, Refused

from .properties import ACCEPTED, verdict

DAY = 19_675
NETWORKS = ("5.5.5.5/32", "5.5.5.0/24", "5.5.0.0/16")


def check_kad(data: bytes, read: Callable[[bytes], Message] = Message.decode) -> str:
    """Requests and answers: what was read is written so that it reads the same; a server refuses
    it or answers within its bound, and keeps at most one record of it beside the sender's own."""
    said, message = verdict(read, data)
    if said == ACCEPTED:
        assert read(message.encode()) == message, f"read otherwise again: {data.hex()}"
    server = Server(_table())
    answered, answer = verdict(_answering(server), data)
    assert said == ACCEPTED or answered == said
    assert answer is None or len(answer) <= MAX_ANSWER
    assert len(server.records) <= 2
    assert len(server.introduced) <= 1
    return said


def _answering(server: Server) -> Callable[[bytes], bytes | None]:
    return lambda data: server.answer(SENDER.id, NETWORKS, Scope.INTERNET, data, 0)


def _table() -> RoutingTable:
    table = RoutingTable(b"own")
    for contact in CONTACTS:
        table.answered(contact, contact.networks)
    return table


def check_announcement(
    data: bytes, read: Callable[[bytes, bytes], Announcement] = read_announcement
) -> str:
    """Where a node of an account is: signed, and sealed so that it opens to the same."""
    said = _check_announcement(data, read)
    return _check_announcement(_signed(data), read) if said == BadSignature.code else said


def _check_announcement(data: bytes, read: Callable[[bytes, bytes], Announcement]) -> str:
    said, announcement = verdict(lambda one: read(one, ACCOUNT.public), data)
    if said == ACCEPTED:
        assert announcement.wire == data
        assert announcement.account == announcement.grant.account == ACCOUNT.public
        sealed = seal(announcement, DAY)
        assert unseal(sealed, ACCOUNT.public, DAY) == announcement
        stranger, _ = verdict(lambda one: unseal(one, FEED.public, DAY), sealed)
        assert stranger != ACCEPTED
    return said


def _signed(data: bytes) -> bytes:
    """The same, with a signature that fits, so that what is signed is looked at."""
    try:
        said, _, grant = decode(data)  # type: ignore[misc]
        return encode([said, FEED.sign(DOMAIN, said), grant])
    except (Refused, ValueError, TypeError) as error:
        raise AssertionError(f"{NotCanonical.code} with a bad signature") from error


CONTACTS = [contact_at(Random(n), f"{n + 11}.1.1.1") for n in range(8)]
SENDER = contact_at(Random(99), "5.5.5.5")


def messages() -> Iterator[bytes]:
    """Each type with what belongs into it, and one that is none."""
    key = record_key_of(1)
    for kind in MessageType:
        yield Message(kind, key).encode()
    yield Message(MessageType.ADD_PROVIDER, key, providers=(SENDER,)).encode()
    yield Message(MessageType.ADD_PROVIDER, key, sealed=(bytes(512),)).encode()
    yield Message(MessageType.FIND_NODE, key, (SENDER,)).encode()
    yield Message(
        MessageType.GET_PROVIDERS, key, tuple(CONTACTS[:3]), (SENDER,), (bytes(512),)
    ).encode()
    yield b"\x08\x63"


def announcements() -> Iterator[bytes]:
    """Those of the vectors, as they were signed."""
    for case in load("announcements"):
        if "wire" in case:
            yield bytes.fromhex(case["wire"])
        elif "rule" not in case:
            account = bytes.fromhex(case["account"])
            yield unseal(bytes.fromhex(case["sealed"]), account, case["day"]).wire
