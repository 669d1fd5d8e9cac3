"""The serving side: answers one request at a time, at a bounded cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from ...errors import Overdrawn, ProtocolViolation, Refused
from ..rates import Rates
from .contact import Contact, Scope, networks_of, reachable_from, scope_of
from .kademlia_limits import (
    MAX_ASKERS,
    MAX_INTRODUCED,
    MAX_RECORDS,
    REQUESTS_A_NETWORK,
    REQUESTS_A_NETWORK_SECOND,
    REQUESTS_A_PEER,
    REQUESTS_A_PEER_SECOND,
)
from .keyspace import is_record_key, place_of
from .messages import Message, MessageType
from .record_store import RecordStore
from .routing_table import RoutingTable

_UNSERVED: Final = (MessageType.PUT_VALUE, MessageType.GET_VALUE)


class Server:
    """Answers for one node; `table` is that node's. `limited` as in `RecordStore`."""

    def __init__(
        self, table: RoutingTable, *, limited: bool = True, most: int = MAX_RECORDS
    ) -> None:
        self._table = table
        self.records = RecordStore(table.own_place, limited=limited, most=most)
        self._peers = Rates(REQUESTS_A_PEER, REQUESTS_A_PEER_SECOND, MAX_ASKERS)
        self._networks = Rates(REQUESTS_A_NETWORK, REQUESTS_A_NETWORK_SECOND, MAX_ASKERS)
        self.introduced: dict[str, Contact] = {}
        """Peers that asked and say that they serve too, by their address: to be dialled before they
        are believed. At most `MAX_INTRODUCED`, one an address."""
        self.counts: Counter[str] = Counter()
        """Requests by type, and refusals by the code of the error."""

    def answer(
        self, sender: bytes, networks: Sequence[str], scope: Scope, data: bytes, mono_ms: int
    ) -> bytes | None:
        """The answer to a request; None where the request has none.

        `sender` is the peer's id, proven by the connection; `networks` are those of its address,
        the narrowest first, and `scope` is where it asks from. Raises `Refused` where the stream
        is to be reset.
        """
        try:
            self._charge(sender, networks, mono_ms)
            message = Message.decode(data)
            if message.type in _UNSERVED:
                raise ProtocolViolation("values are not served")
        except Refused as refusal:
            self.counts[refusal.code] += 1
            raise
        self.counts[message.type.name.lower()] += 1
        self._note_introduction(sender, networks, scope, message)
        if message.type is MessageType.ADD_PROVIDER:
            self._put(sender, networks, message, mono_ms)
            return None
        return self._answer(sender, scope, message, mono_ms).encode()

    def _answer(self, sender: bytes, scope: Scope, message: Message, mono_ms: int) -> Message:
        if message.type is MessageType.PING:
            return Message(MessageType.PING)
        near = self._table.closest(place_of(message.key), without=(sender,))
        closer = tuple(reachable_from(scope, near))
        if message.type is MessageType.FIND_NODE:
            return Message(MessageType.FIND_NODE, message.key, closer)
        plain, sealed = self.records.get(message.key, mono_ms)
        providers = tuple(one.told_to(scope) for one in plain)
        return Message(MessageType.GET_PROVIDERS, message.key, closer, providers, tuple(sealed))

    def _note_introduction(
        self, sender: bytes, networks: Sequence[str], scope: Scope, message: Message
    ) -> None:
        """An asker may name itself: only with addresses at the host that it asks from, so that
        nobody is sent to a third."""
        for contact in message.closer[:1]:
            here = tuple(
                one
                for one in contact.addresses
                if scope_of(one) is scope and networks_of(one)[:1] == tuple(networks[:1])
            )
            known = sender in self._table or len(self.introduced) >= MAX_INTRODUCED
            if contact.id == sender and here and not known:
                name = networks[0] if networks else sender.hex()
                self.introduced.setdefault(name, Contact(sender, here))

    def _put(self, sender: bytes, networks: Sequence[str], message: Message, mono_ms: int) -> None:
        """Lay down the sender's plain record, and the announcements that it brings. What does not
        fit is dropped without a word: there is no answer to this request."""
        if not is_record_key(message.key):
            self.counts["no-record-key"] += 1
            return
        own = [one for one in message.providers if one.id == sender and one.addresses]
        contents: list[Contact | bytes] = [*own[:1], *message.sealed[:1]]
        for content in contents:
            if not self.records.add(message.key, content, sender, networks, mono_ms):
                self.counts["no-room"] += 1

    def _charge(self, sender: bytes, networks: Sequence[str], mono_ms: int) -> None:
        """Raises `Overdrawn` for a request too many of this peer or its address."""
        if not self._peers.spend(sender.hex(), mono_ms):
            raise Overdrawn("too many requests of one peer")
        if networks and not self._networks.spend(networks[0], mono_ms):
            raise Overdrawn("too many requests from one address")
