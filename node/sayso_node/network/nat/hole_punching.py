"""Hole punching at work: from a relayed connection to a direct one through both routers.

What is said and when is dialled is `sayso_protocol.discovery.hole_punch`'s; here are the sockets.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import trio

from sayso_protocol.discovery.hole_punch import (
    ANSWER_MS,
    DIAL_MS,
    MAX_MESSAGE,
    PAUSE_MS,
    PUNCH_PROTOCOL,
    SYN_EVERY_MS,
    TRIES,
    Answerer,
    Beginner,
    PunchBudget,
    PunchKind,
    PunchMessage,
    Round,
    decode_punch,
    encode_punch,
    pause_ms,
    punchable,
)
from sayso_protocol.discovery.multiaddr import Address, socket_address
from sayso_protocol.errors import Refused

from ..link import Connection, DialError, Link, Network, StreamQuota
from ..message_stream import receive_message, send_message
from .peer_connections import direct_connection
from .punch_port import PunchPort

log = logging.getLogger(__name__)

CONNECT_SECONDS = 2.5
"""How long one dial waits before a new one: the kernel repeats a SYN after 1 s."""
HANDSHAKE_SECONDS = 3.0
"""How long the other side may take to prove its identity on a connection that came of it."""
QUOTA = StreamQuota(a_peer=1, in_all=8)
"""Punches at once that others ask for: 8 of them dial at most 32 addresses."""


@dataclass(eq=False, slots=True)
class _Punch:
    """A round that is under way: with whom, and whether this side speaks first."""

    peer: str
    initiator: bool
    done: trio.Event = field(default_factory=trio.Event)


class HolePunching:
    """Punches for each relayed connection, whichever side began it, for as long as `run` runs."""

    def __init__(
        self,
        network: Network,
        port: PunchPort,
        own: Callable[[], Awaitable[Sequence[Address]]],
        ended: Callable[[bool], None] = lambda _: None,
    ) -> None:
        """`own` gives the addresses at which this node's punch port is seen from outside; it may
        wait for a relay that is being asked. `ended` hears whether a punch succeeded."""
        self._network = network
        self._port = port
        self._own = own
        self._ended = ended
        self._budget = PunchBudget()
        self._under_way: dict[str, _Punch] = {}
        """By the IP address that is dialled."""
        self._nursery: trio.Nursery | None = None
        self.counts = self._budget.counts
        network.on_connection(self._note)

    async def run(self) -> None:
        """Until cancelled."""
        async with trio.open_nursery() as self._nursery:
            self._network.handle(PUNCH_PROTOCOL, self._answer, QUOTA)
            try:
                await self._port.listen(self._take_call)
            finally:
                self._network.stop_handling(PUNCH_PROTOCOL)

    def _note(self, connection: Connection) -> None:
        """Begin for whoever comes in over a relay; a direct connection ends what goes on."""
        if connection.path != "relayed":
            for punch in list(self._under_way.values()):
                if punch.peer == connection.peer_id:
                    punch.done.set()
        elif not connection.outbound and self._nursery is not None:
            self._nursery.start_soon(self._begin, connection)

    # The side that was called

    async def _begin(self, connection: Connection) -> None:
        """Punch, as long as the relayed connection lasts and there is no direct one."""
        failures = 0
        while not connection.ended.is_set():
            direct = direct_connection(self._network, connection.peer_id)
            if direct is not None:
                await _until_one_ends(direct, connection)
                failures = 0
            elif not await self._punch(connection):
                failures += 1
                with trio.move_on_after(pause_ms(failures) / 1000):
                    await connection.ended.wait()

    async def _punch(self, connection: Connection) -> bool:
        """Punch in some rounds. Whether a direct connection came of it."""
        peer = connection.peer_id
        for _ in range(TRIES):
            if not self._budget.may_dial(peer, _mono_ms()):
                break
            try:
                agreed = await self._agree(connection)
            except (DialError, Refused, trio.BrokenResourceError) as error:
                log.debug("no hole to %s: %s", peer, error)
                break
            if agreed and await self._dial(_Punch(peer, initiator=False), agreed):
                break
            await trio.sleep(PAUSE_MS / 1000)
        is_direct = direct_connection(self._network, peer) is not None
        self._ended(is_direct)
        log.info("the connection with %s is %s", peer, "direct" if is_direct else "relayed")
        return is_direct

    async def _agree(self, connection: Connection) -> Round | None:
        """Tell each other the addresses, and when to dial; none where the peer is too slow. Raises
        `DialError`, `Refused`, `trio.BrokenResourceError`."""
        with trio.move_on_after(ANSWER_MS / 1000):
            link = await connection.open_stream(PUNCH_PROTOCOL)
            try:
                beginner = Beginner(await self._own())
                await _say(link, beginner.begin(_mono_ms()))
                answer = await _hear(link)
                agreed = beginner.answered(answer, _mono_ms())
                await _say(link, PunchMessage(PunchKind.SYNC))
            except BaseException:
                await trio.aclose_forcefully(link.stream)
                raise
            # Not waited for: it is time to dial.
            assert self._nursery is not None, "punches begin only while it runs"
            self._nursery.start_soon(link.stream.aclose)
            return agreed
        return None

    # The side that called

    async def _answer(self, link: Link) -> None:
        """Answer a round of the other side. Only who was called over a relay begins one."""
        if link.path != "relayed" or link.connection is None or not link.connection.outbound:
            self.counts["not over a relay"] += 1
            return
        if not self._budget.may_dial(link.peer_id, _mono_ms()):
            return
        punch, agreed = _Punch(link.peer_id, initiator=True), None
        try:
            with trio.move_on_after(ANSWER_MS / 1000):
                agreed = await self._agree_to(link, punch)
        except Refused as error:
            self.counts["malformed"] += 1
            log.debug("no hole to %s: %s", link.peer_id, error)
        finally:
            if agreed is None:
                self._forget(punch)
        if agreed is not None and self._nursery is not None:
            self._nursery.start_soon(self._dial_back, punch, agreed)

    async def _dial_back(self, punch: _Punch, agreed: Round) -> None:
        """Dial in a round of the other side, and note what came of it on this side, too."""
        await self._dial(punch, agreed)
        self._ended(direct_connection(self._network, punch.peer) is not None)

    async def _agree_to(self, link: Link, punch: _Punch) -> Round:
        """Hear and tell the addresses, and wait for the word. The other side's call may come
        before its word, which goes over the relay. Raises `Refused`."""
        answerer = Answerer(await self._own())
        asked = await _hear(link)
        answer = answerer.asked(asked)
        self._expect(punch, punchable(asked.addresses))
        await _say(link, answer)
        return answerer.synced(await _hear(link), _mono_ms())

    # Both

    def _expect(self, punch: _Punch, addresses: Iterable[Address]) -> None:
        """Take calls from these addresses for those of a punch, unless another one expects them."""
        for address in addresses:
            self._under_way.setdefault(address.host, punch)

    def _forget(self, punch: _Punch) -> None:
        self._under_way = {host: one for host, one in self._under_way.items() if one is not punch}

    async def _dial(self, punch: _Punch, agreed: Round) -> bool:
        """Dial all addresses until a direct connection is there, from whichever side."""
        self._expect(punch, agreed.addresses)
        try:
            await trio.sleep_until(agreed.at_ms / 1000)
            with trio.move_on_after(DIAL_MS / 1000):
                async with trio.open_nursery() as nursery:
                    for address in agreed.addresses:
                        if self._port.has_family_of(address):
                            nursery.start_soon(self._dial_one, address, punch)
                    await punch.done.wait()
                    nursery.cancel_scope.cancel()
        finally:
            self._forget(punch)
        return punch.done.is_set()

    async def _dial_one(self, address: Address, punch: _Punch) -> None:
        """Call one address again and again, until something comes of it."""
        while not punch.done.is_set():
            try:
                with trio.fail_after(CONNECT_SECONDS):
                    stream = await self._port.connect(address)
            except (OSError, trio.TooSlowError):
                await trio.sleep(SYN_EVERY_MS / 1000)
                continue
            await self._take_over(stream, address, punch)

    async def _take_over(self, stream: trio.SocketStream, address: Address, punch: _Punch) -> None:
        """Prove identities over a socket that came through, in the part that was agreed on."""
        named = str(replace(address, peer_id=punch.peer))
        if not punch.initiator:
            # For as long as the connection lasts, which is longer than the punch.
            assert self._nursery is not None, "punches begin only while it runs"
            self._nursery.start_soon(self._network.serve_inbound, stream, named, "direct")
            with trio.move_on_after(HANDSHAKE_SECONDS):
                await punch.done.wait()
            return
        try:
            with trio.fail_after(HANDSHAKE_SECONDS):
                await self._network.upgrade_outbound(stream, punch.peer, named, "direct")
        except (DialError, trio.TooSlowError) as error:
            log.debug("what was dialled for %s leads elsewhere: %s", punch.peer, error)
            await trio.sleep(SYN_EVERY_MS / 1000)

    async def _take_call(self, stream: trio.SocketStream) -> None:
        """Take a call at the punch port. One from an address that is dialled at this moment is the
        other side's SYN that came first: it takes the part that was agreed on, else both would
        wait. Anybody else comes in as at any listener: some routers let everybody through here."""
        try:
            address = socket_address(stream.socket.getpeername()[:2])
        except OSError:  # gone already
            stream.socket.close()
            return
        punch = self._under_way.get(address.host)
        if punch is not None:
            await self._take_over(stream, address, punch)
        else:
            await self._network.serve_inbound(stream, str(address), "direct")


async def _until_one_ends(*connections: Connection) -> None:
    async with trio.open_nursery() as nursery:

        async def wait(one: Connection) -> None:
            await one.ended.wait()
            nursery.cancel_scope.cancel()

        for each in connections:
            nursery.start_soon(wait, each)


async def _say(link: Link, message: PunchMessage) -> None:
    await send_message(link.stream, encode_punch(message))


async def _hear(link: Link) -> PunchMessage:
    return decode_punch(await receive_message(link.stream, MAX_MESSAGE))


def _mono_ms() -> float:
    return trio.current_time() * 1000
