"""AutoNAT v2 at work: this node dials those who ask, and asks others to dial it."""

from __future__ import annotations

import logging
import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

import trio

from sayso_protocol.discovery.autonat.dial_allowance import DialAllowance
from sayso_protocol.discovery.autonat.dial_verdicts import DialQuestion, DialVerdicts
from sayso_protocol.discovery.autonat.limits import (
    CHUNK,
    DIAL_SECONDS,
    MAX_MESSAGE,
    PRICE,
    REQUEST_SECONDS,
)
from sayso_protocol.discovery.autonat.messages import (
    BACK_PROTOCOL,
    REQUEST_PROTOCOL,
    DataRequest,
    DialResponse,
    DialStatus,
    ResponseStatus,
    decode_answer,
    decode_back,
    decode_data,
    decode_request,
    dialable,
    encode_back,
    encode_back_response,
    encode_data,
    encode_data_request,
    encode_request,
    encode_response,
)
from sayso_protocol.discovery.multiaddr import Address, AddressError
from sayso_protocol.errors import BadShape, Refused

from ..link import Connection, DialError, Link, LinkHandler, Path, StreamQuota
from ..message_stream import receive_message, send_message

log = logging.getLogger(__name__)

QUOTA: Final = StreamQuota(a_peer=1, in_all=16)
"""One request of a peer at a time; each may hold a dial for some seconds."""

_LOOK_SECONDS: Final = 5.0
_BACK_SIZE: Final = 64


class AutonatNetwork(Protocol):
    """What AutoNAT needs of the network."""

    def handle(self, protocol: str, handler: LinkHandler, quota: StreamQuota = ...) -> None:
        """As `Network.handle`."""

    def connections(self, peer_id: str) -> Sequence[Connection]:
        """As `Network.connections`."""

    def on_connection(self, listener: Callable[[Connection], None]) -> None:
        """As `Network.on_connection`."""

    async def upgrade_outbound(
        self,
        stream: trio.abc.HalfCloseableStream,
        peer_id: str,
        address: str,
        path: Path,
        *,
        private: bool = False,
    ) -> Connection:
        """As `Network.upgrade_outbound`."""


class AutonatServer:
    """Dials those who ask, anew and at public addresses alone."""

    def __init__(self, network: AutonatNetwork) -> None:
        self.counts: Counter[str] = Counter()
        """What became of requests since the start, by the name of the last status."""
        self._network = network
        self._allowance = DialAllowance()
        network.handle(REQUEST_PROTOCOL, self.answer, QUOTA)

    async def answer(self, link: Link) -> None:
        """Answer one request. What is wrong with it ends the stream."""
        with trio.move_on_after(REQUEST_SECONDS):
            try:
                response = await self._respond(link)
            except Refused as error:
                self.counts["MALFORMED"] += 1
                raise trio.BrokenResourceError("no request that makes sense") from error
            self.counts[_name(response)] += 1
            await send_message(link.stream, encode_response(response))

    async def _respond(self, link: Link) -> DialResponse:
        request = decode_request(await receive_message(link.stream, MAX_MESSAGE))
        found = dialable(request)
        if found is None:
            return DialResponse(ResponseStatus.REFUSED)
        host = _remote_host(link.connection)
        if not self._allowance.spend((link.peer_id, link.network), trio.current_time() * 1000):
            return DialResponse(ResponseStatus.REJECTED)
        index, address = found
        if address.host != host:
            await self._take_payment(link.stream, index)
        dial = await self._dial_back(replace(address, peer_id=link.peer_id), request.nonce)
        return DialResponse(ResponseStatus.OK, index, dial)

    async def _take_payment(self, stream: trio.abc.Stream, index: int) -> None:
        """Have the asker send more than a dial costs the machine that it names."""
        due = PRICE[0] + secrets.randbelow(PRICE[1] - PRICE[0] + 1)
        await send_message(stream, encode_data_request(DataRequest(index, due)))
        while due > 0:
            due -= decode_data(await receive_message(stream, MAX_MESSAGE), due)

    async def _dial_back(self, address: Address, nonce: int) -> DialStatus:
        """Say the nonce over a connection that is made for it."""
        assert address.peer_id is not None
        with trio.move_on_after(DIAL_SECONDS):
            try:
                stream = await trio.open_tcp_stream(address.host, address.port)
                connection = await self._network.upgrade_outbound(
                    stream, address.peer_id, str(address), "direct", private=True
                )
            except (OSError, DialError):
                return DialStatus.DIAL_ERROR
            try:
                await _say_nonce(connection, nonce)
            except (DialError, Refused, trio.BrokenResourceError):
                return DialStatus.BACK_ERROR
            finally:
                connection.close("it was to be seen whether it answers")
            return DialStatus.OK
        return DialStatus.DIAL_ERROR


def _name(response: DialResponse) -> str:
    if response.status == ResponseStatus.OK:
        return DialStatus(response.dial).name
    return ResponseStatus(response.status).name


async def _say_nonce(connection: Connection, nonce: int) -> None:
    back = await connection.open_stream(BACK_PROTOCOL)
    async with back.stream:
        await send_message(back.stream, encode_back(nonce))
        await receive_message(back.stream, _BACK_SIZE)


@dataclass(slots=True)
class _Awaited:
    """A nonce that a server was asked to say."""

    address: Address
    connections: int
    """How many there had been when it was asked: those are not new."""
    came: bool = False


class AutonatClient:
    """Asks peers to dial this node, one at a time."""

    def __init__(
        self, network: AutonatNetwork, verdicts: DialVerdicts, tell: Callable[[], None]
    ) -> None:
        """`tell` is called when a verdict has come."""
        self._network = network
        self._verdicts = verdicts
        self._tell = tell
        self._awaited: dict[int, _Awaited] = {}
        self._connections: dict[Connection, int] = {}
        self._began = 0
        self._news = trio.Event()
        network.handle(BACK_PROTOCOL, self.hear, QUOTA)
        network.on_connection(self._note_connection)

    async def run(self) -> None:
        """Ask whenever an address and somebody to judge it are there, until cancelled."""
        while True:
            question = self._verdicts.next(self._servers(), trio.current_time() * 1000)
            if question is not None:
                await self._ask(question)
                continue
            self._news = trio.Event()
            with trio.move_on_after(_LOOK_SECONDS):
                await self._news.wait()

    def look(self) -> None:
        """Look again now: there are other addresses."""
        self._news.set()

    def _note_connection(self, connection: Connection) -> None:
        self._began += 1
        self._connections = {
            one: number for one, number in self._connections.items() if not one.ended.is_set()
        }
        self._connections[connection] = self._began
        self._news.set()

    def _servers(self) -> dict[str, str]:
        """Peers with a direct connection, and their IP addresses. Those that this node chose come
        first: whoever came by himself may have come to lie, or to say nothing for long."""
        open_now = [one for one in self._connections if not one.ended.is_set()]
        found = ((one, _remote_host(one)) for one in sorted(open_now, key=_is_inbound))
        servers: dict[str, str] = {}
        for one, host in found:
            if host is not None:
                servers.setdefault(one.peer_id, host)
        return servers

    async def hear(self, link: Link) -> None:
        """A nonce comes in."""
        with trio.move_on_after(DIAL_SECONDS):
            try:
                nonce = decode_back(await receive_message(link.stream, _BACK_SIZE))
            except Refused as error:
                raise trio.BrokenResourceError("no nonce") from error
            awaited = self._awaited.get(nonce)
            if awaited is None:
                raise trio.BrokenResourceError("a nonce that nobody was asked for")
            if self._is_new(link.connection, awaited):
                awaited.came = True
            await send_message(link.stream, encode_back_response())

    def _is_new(self, connection: Connection | None, awaited: _Awaited) -> bool:
        """Whether a stranger has made this connection to this node, since the question."""
        if connection is None or connection.outbound or connection.path != "direct":
            return False
        host = _remote_host(connection)
        if host is None or (":" in host) != (":" in awaited.address.host):
            return False
        return self._connections.get(connection, 0) > awaited.connections

    async def _ask(self, question: DialQuestion) -> None:
        """Put a question; the verdicts hear of the outcome."""
        nonce = secrets.randbits(64)
        awaited = self._awaited[nonce] = _Awaited(question.address, self._began)
        reached: bool | None = None
        try:
            with trio.move_on_after(REQUEST_SECONDS):
                response = await self._request(question, nonce)
                said = response.status == ResponseStatus.OK and response.index == 0
                reached = False if said and response.dial == DialStatus.DIAL_ERROR else None
        except (DialError, Refused, trio.BrokenResourceError) as error:
            log.debug("%s does not say whether it reaches us: %s", question.peer_id, error)
        finally:
            del self._awaited[nonce]
        if awaited.came:  # whatever it answered: it was there
            reached = True
        now_ms = trio.current_time() * 1000
        if reached is None:
            self._verdicts.refused(question, now_ms)
        else:
            self._verdicts.judged(question, reached=reached, now_ms=now_ms)
            self._tell()

    async def _request(self, question: DialQuestion, nonce: int) -> DialResponse:
        connections = self._network.connections(question.peer_id)
        if not connections:
            raise DialError("it has gone")
        link = await connections[0].open_stream(REQUEST_PROTOCOL)
        async with link.stream:
            await send_message(link.stream, encode_request([question.address], nonce))
            answer = decode_answer(await receive_message(link.stream, MAX_MESSAGE))
            if isinstance(answer, DataRequest):
                await _pay(link.stream, answer.size)
                answer = decode_answer(await receive_message(link.stream, MAX_MESSAGE))
            if isinstance(answer, DataRequest):
                raise BadShape("it wants to be paid twice")
            return answer


async def _pay(stream: trio.abc.Stream, due: int) -> None:
    while due > 0:
        size = min(CHUNK, due)
        await send_message(stream, encode_data(size))
        due -= size


def _is_inbound(connection: Connection) -> bool:
    return not connection.outbound


def _remote_host(connection: Connection | None) -> str | None:
    """The IP address of the other end of a direct connection."""
    if connection is None or connection.path == "relayed":
        return None
    try:
        address = Address.parse(connection.address)
    except AddressError:
        return None
    return address.host if address.is_ip else None
