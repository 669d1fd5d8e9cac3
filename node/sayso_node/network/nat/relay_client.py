"""Being reached through relays: places at them while nobody can call this node directly, and the
circuits that come in over them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from dataclasses import replace

import trio

from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.relay.messages import (
    HOP_PROTOCOL,
    STOP_PROTOCOL,
    Reservation,
    Status,
    StopKind,
    StopMessage,
    decode_stop,
    encode_stop,
)
from sayso_protocol.discovery.relay.relay_limits import MAX_MESSAGE
from sayso_protocol.discovery.relay.selection import RelaySelection
from sayso_protocol.discovery.relay.voucher import read_voucher
from sayso_protocol.errors import Refused

from ...clock import now_ms
from ..link import Connection, DialError, Link, Network, StreamQuota
from ..message_stream import receive_message, send_message
from .circuit import ask_for_place
from .peer_connections import address_of, direct_connection, networks_of, raw_stream

log = logging.getLogger(__name__)

ASK_SECONDS = 10.0
"""How long a relay may take to answer, and to say whom it leads here."""
MAX_TOLD = 2
"""Addresses of one relay that others are told, in whose invites and records room is scarce."""
STOP_QUOTA = StreamQuota(a_peer=12, in_all=32)
"""Circuits that come in: as many as a relay of ours gives one peer; two relays are in use."""


class RelayClient:
    """Sees to it that there are places while `is_unreachable`, and serves who comes through."""

    def __init__(
        self,
        network: Network,
        is_unreachable: Callable[[], bool],
        tell: Callable[[Sequence[Address]], None],
    ) -> None:
        """`tell` is called with the addresses at which this node is reached through relays."""
        self._network = network
        self._tell = tell
        self._is_unreachable = is_unreachable
        self._selection = RelaySelection()
        self._places: dict[str, tuple[Address, ...]] = {}
        """Where each relay can be dialled at which there is a place."""
        self._holds: dict[str, ExitStack] = {}
        self._watched: set[Connection] = set()
        """Connections to relays whose end is waited for."""
        self._changed = trio.Event()
        self._nursery: trio.Nursery | None = None

    @property
    def relays(self) -> Collection[str]:
        """The relays at which there is a place now."""
        return self._places.keys()

    async def run(self) -> None:
        """Until cancelled; then places are given up."""
        self._network.handle(STOP_PROTOCOL, self._come_in, STOP_QUOTA)
        try:
            async with trio.open_nursery() as self._nursery:
                while True:
                    changed = self._changed
                    self._give_up_unneeded()
                    now = _mono_ms()
                    for peer in self._selection.to_ask(now, wanted=self._is_unreachable()):
                        self._nursery.start_soon(self._ask, peer)
                    self._publish()
                    with trio.move_on_at(self._selection.wake_ms(now) / 1000):
                        await changed.wait()
        finally:
            self._network.stop_handling(STOP_PROTOCOL)
            for stack in self._holds.values():
                stack.close()
            self._holds.clear()
            self._places.clear()
            self._selection.abandon()

    def look_again(self) -> None:
        """Whether this node can be reached has changed."""
        self._changed.set()
        self._changed = trio.Event()

    def note_protocols(self, connection: Connection, protocols: Collection[str]) -> None:
        """A peer has said what it speaks; whoever relays is a candidate."""
        if HOP_PROTOCOL not in protocols or connection.path == "relayed" or self._nursery is None:
            return
        self._selection.found(connection.peer_id, networks_of(connection))
        if connection not in self._watched:  # a peer may say it as often as it likes
            self._watched.add(connection)
            self._nursery.start_soon(self._note_end, connection)
        self.look_again()

    async def _note_end(self, connection: Connection) -> None:
        """With the last direct connection to a relay goes the place there."""
        await connection.ended.wait()
        self._watched.discard(connection)
        peer = connection.peer_id
        if direct_connection(self._network, peer) is None:
            self._selection.lost(peer)
            self._leave(peer)
            self.look_again()

    # Places

    async def _ask(self, peer: str) -> None:
        """Ask a relay for a place, or to renew it; its connection is held from before."""
        if peer not in self._holds:
            self._holds[peer] = stack = ExitStack()
            stack.enter_context(self._network.hold(peer))
        reservation = await self._reservation_at(peer)
        addresses = self._addresses_of(peer, reservation) if reservation else ()
        if reservation is None or not addresses:  # a place that nobody can be told of is none
            self._selection.refused(peer, _mono_ms())
            if peer not in self._selection.reserved:
                self._leave(peer)
        elif peer in self._holds:  # else it was lost meanwhile
            lasts_ms = reservation.expires * 1000 - now_ms()
            self._selection.granted(peer, max(lasts_ms, 0), _mono_ms())
            self._places[peer] = addresses
        self.look_again()

    async def _reservation_at(self, peer: str) -> Reservation | None:
        connection = direct_connection(self._network, peer)
        if connection is None:
            return None
        with trio.move_on_after(ASK_SECONDS):
            try:
                link = await connection.open_stream(HOP_PROTOCOL)
            except DialError as error:
                log.info("no place at the relay %s: %s", peer, error)
                return None
            try:
                answer = await ask_for_place(link)
                if answer.status is Status.OK and answer.reservation is not None:
                    _check_voucher(answer.reservation, peer, self._network.peer_id)
                    return answer.reservation
                log.info("no place at the relay %s: %s", peer, answer.status.name)
            except (Refused, trio.BrokenResourceError) as error:
                log.info("no place at the relay %s: %s", peer, error)
            finally:
                await trio.aclose_forcefully(link.stream)
        return None

    def _addresses_of(self, peer: str, reservation: Reservation) -> tuple[Address, ...]:
        """Where others can dial this relay: where this node did, and where it says itself, as far
        as that is the same host or anybody may reach it."""
        found: dict[tuple[str, int], Address] = {}
        connection = direct_connection(self._network, peer)
        own = address_of(connection) if connection and connection.outbound else None
        for one in [own, *reservation.addresses]:
            if one is not None and one.relay is None and (one is own or one.is_public):
                found.setdefault((one.host, one.port), one)
        return tuple(list(found.values())[:MAX_TOLD])

    def _publish(self) -> None:
        """Tell the rest of the node where it can be reached through relays."""
        own = self._network.peer_id
        self._tell(
            [
                replace(one, relay=peer, peer_id=own)
                for peer, addresses in self._places.items()
                for one in addresses
            ]
        )

    def _give_up_unneeded(self) -> None:
        gone = [peer for peer in self._places if peer not in self._selection.reserved]
        if not self._is_unreachable():
            gone = list(self._places)
        for peer in gone:
            self._selection.released(peer)
            self._leave(peer)

    def _leave(self, peer: str) -> None:
        self._places.pop(peer, None)
        if stack := self._holds.pop(peer, None):
            stack.close()

    # Circuits

    async def _come_in(self, link: Link) -> None:
        """Serve somebody whom a relay leads here; only those at which this node has a place may."""
        message: StopMessage | None = None
        with trio.move_on_after(ASK_SECONDS):
            try:
                message = decode_stop(await receive_message(link.stream, MAX_MESSAGE))
            except Refused:
                await _say(link, Status.MALFORMED_MESSAGE)
        if message is None:
            return
        if message.kind is not StopKind.CONNECT or not message.peer:
            await _say(link, Status.UNEXPECTED_MESSAGE)
        elif link.peer_id not in self._places or link.path == "relayed":
            await _say(link, Status.PERMISSION_DENIED)
        else:
            await _say(link, Status.OK)
            relay = address_of(link.connection)
            if relay is not None:
                guest = replace(relay, relay=link.peer_id, peer_id=message.peer)
                await self._network.serve_inbound(raw_stream(link), str(guest), "relayed")


async def _say(link: Link, status: Status) -> None:
    with trio.move_on_after(ASK_SECONDS):
        await send_message(link.stream, encode_stop(StopMessage(StopKind.STATUS, status=status)))


def _check_voucher(reservation: Reservation, relay: str, own: str) -> None:
    """Raise `Refused` where a relay's voucher is not its promise to this node."""
    if reservation.voucher:
        voucher = read_voucher(reservation.voucher)
        if (voucher.relay, voucher.peer) != (relay, own):
            raise Refused("a voucher of another relay, or for another peer")


def _mono_ms() -> float:
    return trio.current_time() * 1000
