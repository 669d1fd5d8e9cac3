"""Peer exchange over the network: with each peer that has a session, when that begins and when the
own addresses change."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Final

import trio

from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.candidate import Candidate, Origin
from sayso_protocol.discovery.multiaddr import Address, AddressError
from sayso_protocol.discovery.peer_exchange.exchange_limits import (
    MAX_ANSWER,
    MAX_REQUEST,
    PROTOCOL,
)
from sayso_protocol.discovery.peer_exchange.messages import (
    PeersRequest,
    decode_answer,
    encode_answer,
)
from sayso_protocol.discovery.peer_exchange.peer_teller import PeerTeller
from sayso_protocol.discovery.signed_record import (
    MAX_RECORD_ADDRESSES,
    read_peer_record,
    sign_peer_record,
)
from sayso_protocol.errors import Refused

from ...clock import now_ms, present
from ..link import Connection, DialError, Link, Network, StreamQuota, UnsupportedProtocolError
from ..message_stream import receive_message, send_message

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 1.0
"""How often it is looked who is there and whether the own addresses changed."""
ANSWER_SECONDS: Final = 10.0
"""A peer has so long for a request or an answer: some ten kilobytes."""
AGAIN_SECONDS: Final = (1.0, 60.0)
"""Before an exchange that failed is tried again, at first and at the most: the other side may not
have begun its session yet."""
ASK_SECONDS: Final = 24 * 3600.0
"""How often a peer that stays is asked for others again: what it tells is the same for a day."""
SEEK_SECONDS: Final = 660.0
"""The same while a peer of the owner is missing, which may be elsewhere by now: as often as it is
answered, and a minute."""


class PeerExchange:
    """Tells peers the own record, asks them, and answers them. `peers` are the ids of those with
    sessions; what they tell goes to `found`; `agrees` says whether others may be told of this
    node."""

    def __init__(
        self,
        network: Network,
        key: KeyPair,
        teller: PeerTeller,
        *,
        peers: Callable[[], Collection[str]],
        found: Callable[[Candidate], None],
        agrees: Callable[[], bool],
        seeks: Callable[[], bool] = lambda: False,
    ) -> None:
        """`seeks` says whether somebody is missing of whom peers may know where he is by now."""
        self._network = network
        self._key = key
        self._teller = teller
        self._peers = peers
        self._found = found
        self._agrees = agrees
        self._seeks = seeks
        self._talks: dict[str, _Talk] = {}

    async def run(self) -> None:
        """Do so until cancelled."""
        self._network.handle(PROTOCOL, self._answer, StreamQuota(a_peer=2, in_all=32))
        self._talks.clear()
        async with trio.open_nursery() as nursery:
            while True:
                there = set(self._peers())
                for peer_id in set(self._talks) - there:
                    del self._talks[peer_id]
                for peer_id in there:
                    talk = self._talks.setdefault(peer_id, _Talk())
                    addresses = self._addresses_for(peer_id)
                    if talk.is_due(addresses, seeks=self._seeks()):
                        talk.begin(addresses)
                        nursery.start_soon(self._tell, peer_id, talk, addresses)
                await trio.sleep(LOOK_SECONDS)

    # --- telling and asking --------------------------------------------------------------------

    async def _tell(self, peer_id: str, talk: _Talk, addresses: list[Address]) -> None:
        """One request, and what comes of it."""
        record = sign_peer_record(self._key, now_ms(), addresses) if addresses else b""
        asks = talk.is_to_ask(seeks=self._seeks())
        request = PeersRequest(record, self._agrees() and bool(addresses), asks)
        try:
            with trio.fail_after(ANSWER_SECONDS):
                link = await self._network.open_stream(f"/p2p/{peer_id}", PROTOCOL)
                async with link.stream:
                    await send_message(link.stream, request.encode())
                    records = decode_answer(await receive_message(link.stream, MAX_ANSWER))
        except UnsupportedProtocolError:
            talk.never()
        except (DialError, trio.BrokenResourceError, trio.TooSlowError, Refused) as error:
            log.debug("no exchange of peers with %s: %s", peer_id, error)
            talk.fail()
        else:
            talk.end(asked=asks)
            for data in records:
                self._hear_of(data, peer_id)

    def _hear_of(self, data: bytes, teller: str) -> None:
        try:
            record = read_peer_record(data)
        except Refused as error:
            log.info("%s told of a peer wrongly: %s", teller, error)
            return
        self._found(Candidate(record.peer_id, record.addresses, Origin.EXCHANGE, teller))

    def _addresses_for(self, peer_id: str) -> list[Address]:
        """Own addresses that a peer has a use for: the private ones only in the own network."""
        own = self._network.own_addresses
        is_near = any(map(_is_near, self._network.connections(peer_id)))
        found = own.all() if is_near else own.public()
        return found[:MAX_RECORD_ADDRESSES]

    # --- answering -----------------------------------------------------------------------------

    async def _answer(self, link: Link) -> None:
        if link.peer_id not in self._peers() or not self._teller.takes(link.peer_id, present()):
            await trio.aclose_forcefully(link.stream)
            return
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError, trio.TooSlowError):
            with trio.fail_after(ANSWER_SECONDS):
                try:
                    request = PeersRequest.decode(await receive_message(link.stream, MAX_REQUEST))
                    self._learn(request, link.peer_id)
                except Refused as error:
                    log.info("%s told its own addresses wrongly: %s", link.peer_id, error)
                    await trio.aclose_forcefully(link.stream)
                    return
                told = self._teller.answer(link.peer_id, present()) if request.asks else []
                await send_message(link.stream, encode_answer(told))
                await link.stream.aclose()

    def _learn(self, request: PeersRequest, peer_id: str) -> None:
        """Take what a peer says of itself. Raises `Refused`."""
        if not request.record:
            return
        record = read_peer_record(request.record)
        if record.peer_id != peer_id:
            log.info("%s showed another peer's record as its own", peer_id)
            return
        self._found(Candidate(peer_id, record.addresses, Origin.CONTACT))
        self._teller.learn(record, request.record, present(), agrees=request.agrees)


def _is_near(connection: Connection) -> bool:
    """Whether the other end is in a network of this machine, or on it."""
    try:
        address = Address.parse(connection.address)
    except AddressError:
        return False
    return connection.path != "relayed" and not address.is_public


class _Talk:
    """What was told to one peer, and when it is told again."""

    def __init__(self) -> None:
        self._told: list[Address] | None = None
        self._under_way = False
        self._due = self._pause = 0.0
        self._asked: float | None = None

    def is_due(self, addresses: list[Address], *, seeks: bool) -> bool:
        """Whether the peer is to be told these, or asked."""
        is_news = addresses != self._told or self.is_to_ask(seeks=seeks)
        return is_news and not self._under_way and trio.current_time() >= self._due

    def is_to_ask(self, *, seeks: bool) -> bool:
        """Whether the peer is to be asked for others."""
        every = SEEK_SECONDS if seeks else ASK_SECONDS
        return self._asked is None or trio.current_time() - self._asked >= every

    def begin(self, addresses: list[Address]) -> None:
        """It is told these now."""
        self._under_way, self._told = True, addresses

    def end(self, *, asked: bool) -> None:
        """It was, and was asked for others."""
        self._under_way, self._pause = False, 0.0
        if asked:
            self._asked = trio.current_time()

    def fail(self) -> None:
        """It was not."""
        first, longest = AGAIN_SECONDS
        self._pause = min(2 * self._pause, longest) if self._pause else first
        self._under_way, self._told = False, None
        self._due = trio.current_time() + self._pause

    def never(self) -> None:
        """It does not speak of peers, for as long as it stays."""
        self._under_way, self._due = False, float("inf")
