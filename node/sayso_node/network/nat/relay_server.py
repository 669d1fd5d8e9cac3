"""A relay for others, where the owner volunteers: answers requests for places and circuits, and
passes the bytes of those that are open. Whom it serves and how much is decided by `Relay`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

import trio

from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.relay.circuits import Circuit, Way
from sayso_protocol.discovery.relay.messages import (
    HOP_PROTOCOL,
    STOP_PROTOCOL,
    HopKind,
    HopMessage,
    Status,
    decode_hop,
    decode_stop,
    encode_hop,
    encode_stop,
)
from sayso_protocol.discovery.relay.relay import Relay, RelayRefused, refusal
from sayso_protocol.discovery.relay.relay_limits import MAX_MESSAGE, RelayLimits
from sayso_protocol.errors import Refused
from sayso_protocol.seats import Standing
from sayso_protocol.sync.now import Now

from ...clock import now_ms
from ..link import DialError, Link, Network, PeerStandings, StreamQuota
from ..message_stream import receive_message, send_message
from .peer_connections import direct_connection, networks_of, raw_stream

log = logging.getLogger(__name__)

REQUEST_SECONDS = 10.0
"""How long a peer may take to say what it wants, and to hear the answer."""
CALL_SECONDS = 10.0
"""How long the peer that is to be reached may take to answer."""
PIECE = 64 << 10
"""Bytes passed on in one go: a circuit holds at most so many, beside its windows."""

DEFAULT_LIMITS = RelayLimits()


class RelayServer:
    """Relays for as long as `run` runs."""

    def __init__(
        self,
        network: Network,
        key: KeyPair,
        addresses: Callable[[], Sequence[Address]],
        limits: RelayLimits = DEFAULT_LIMITS,
        standings: PeerStandings = dict,
    ) -> None:
        """`key` is the node's; `addresses` are those at which this node can be dialled now, as far
        as it knows; `standings` says which peers are useful here."""
        self._network = network
        self._addresses = addresses
        self._standings = standings
        self._quota = StreamQuota(limits.circuits_a_peer + 4, limits.circuits + 64)
        self._kept: set[str] = set()
        self._nursery: trio.Nursery | None = None
        self.relay = Relay(key, limits)

    async def run(self) -> None:
        """Answer until cancelled; then places and circuits are gone."""
        async with trio.open_nursery() as self._nursery:
            self._network.handle(HOP_PROTOCOL, self._answer, self._quota)
            try:
                await trio.sleep_forever()
            finally:
                self._network.stop_handling(HOP_PROTOCOL)

    async def _answer(self, link: Link) -> None:
        """Do what a peer asks on one stream."""
        request: HopMessage | None = None
        with trio.move_on_after(REQUEST_SECONDS):
            try:
                request = decode_hop(await receive_message(link.stream, MAX_MESSAGE))
            except Refused:
                await _say(link, refusal(Status.MALFORMED_MESSAGE))
        if request is None:
            self.relay.counts["no request"] += 1
            return
        try:
            if request.kind is HopKind.RESERVE:
                await self._reserve(link)
            elif request.kind is HopKind.CONNECT:
                await self._connect(link, request.peer)
            else:
                await _say(link, refusal(Status.UNEXPECTED_MESSAGE))
        except RelayRefused as error:
            log.debug("%s is refused: %s", link.peer_id, error)
            await _say(link, refusal(error.status))

    # Places

    async def _reserve(self, link: Link) -> None:
        """Give a place, and keep the connection from before this stream's end."""
        standing = self._standings().get(link.peer_id, Standing.IDLE)
        answer = self.relay.reserve(
            link.peer_id,
            networks_of(link.connection),
            _now(),
            addresses=self._addresses(),
            relayed=link.path == "relayed",
            useful=standing >= Standing.CARRIER,
        )
        if link.peer_id not in self._kept and self._nursery is not None:
            await self._nursery.start(self._keep, link.peer_id)
        await _say(link, answer)

    async def _keep(
        self, peer: str, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Hold the connections with a peer for as long as it has a place, and the other way
        round."""
        self._kept.add(peer)
        try:
            with self._network.hold(peer):
                task_status.started()
                while ends_ms := self.relay.reservations.ends_ms(peer):
                    connection = direct_connection(self._network, peer)
                    if connection is None or ends_ms <= _now().mono_ms:
                        break
                    with trio.move_on_after(ends_ms / 1000 - trio.current_time()):
                        await connection.ended.wait()
        finally:
            self._kept.discard(peer)
            self.relay.gone(peer)

    # Circuits

    async def _connect(self, link: Link, target: str) -> None:
        """Open a circuit, tell both sides, and pass their bytes until it is over."""
        circuit = self.relay.connect(
            link.peer_id,
            networks_of(link.connection),
            target,
            _now(),
            relayed=link.path == "relayed",
        )
        try:
            onward, answer = await self._call(circuit)
            try:
                await _say(link, answer)
                await self._pass(circuit, link, onward)
            finally:
                await trio.aclose_forcefully(onward.stream)
        finally:
            self.relay.close(circuit)

    async def _call(self, circuit: Circuit) -> tuple[Link, HopMessage]:
        """The stream to the peer that is to be reached, and what who asked is told, once that has
        agreed. Raises `RelayRefused`."""
        connection = direct_connection(self._network, circuit.target)
        if connection is None:
            raise RelayRefused(Status.NO_RESERVATION, "the peer is gone")
        with trio.move_on_after(CALL_SECONDS):
            try:
                onward = await connection.open_stream(STOP_PROTOCOL)
            except DialError as error:
                self.relay.note_failure()
                raise RelayRefused(Status.CONNECTION_FAILED, str(error)) from error
            try:
                await send_message(onward.stream, encode_stop(self.relay.stop_message(circuit)))
                said = decode_stop(await receive_message(onward.stream, MAX_MESSAGE))
                return onward, self.relay.connected(said)
            except BaseException as error:
                await trio.aclose_forcefully(onward.stream)
                if isinstance(error, Refused | trio.BrokenResourceError):
                    self.relay.note_failure()
                    raise RelayRefused(Status.CONNECTION_FAILED, "the peer broke off") from error
                raise
        self.relay.note_failure()
        raise RelayRefused(Status.CONNECTION_FAILED, "the peer did not answer")

    async def _pass(self, circuit: Circuit, link: Link, onward: Link) -> None:
        """Pass bytes both ways until both sides have ended, one is lost, or a limit is met. Then
        both are reset, so that neither takes it for the end of what was said."""
        ended: list[Way] = []
        with trio.CancelScope(deadline=circuit.ends_ms / 1000) as scope:

            async def one_way(source: Link, sink: Link, way: Way) -> None:
                if await self._pump(circuit, source, sink, way):
                    ended.append(way)
                else:
                    scope.cancel()

            async with trio.open_nursery() as nursery:
                nursery.start_soon(one_way, link, onward, 0)
                nursery.start_soon(one_way, onward, link, 1)
        if trio.current_time() >= scope.deadline:
            self.relay.note_timeout()
        if len(ended) < 2:
            await trio.aclose_forcefully(link.stream)

    async def _pump(self, circuit: Circuit, source: Link, sink: Link, way: Way) -> bool:
        """Pass what comes from one side; True where it ended in good order."""
        out = raw_stream(sink)
        try:
            while data := await source.stream.receive_some(PIECE):
                if not self.relay.carry(circuit, way, len(data), _now().wall_ms):
                    return False
                await out.send_all(data)
            await out.send_eof()
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return False
        return True


async def _say(link: Link, message: HopMessage) -> None:
    with trio.move_on_after(REQUEST_SECONDS):
        await send_message(link.stream, encode_hop(message))


def _now() -> Now:
    return Now(now_ms(), int(trio.current_time() * 1000))
