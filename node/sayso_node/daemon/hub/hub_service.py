"""A hub at work: whom it carries is kept as its owner's file and the quotas say, and whoever asks
over `/sayso/carry/1` is answered."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import trio

from sayso_protocol.discovery.hub.carry_list import Asker, CarryList, Decision, EndCarriage
from sayso_protocol.discovery.hub.carry_messages import (
    ASK,
    BAD_PROOF,
    BUSY,
    END,
    FEED_ENDED,
    CarryAnswer,
    CarryRequest,
    read_request,
)
from sayso_protocol.discovery.hub.carry_proof import CarryProof, read_proof
from sayso_protocol.discovery.hub.hub_limits import (
    ASK_BURST,
    ASKS_A_SECOND,
    CARRY_SECONDS,
    MAX_CARRY_REQUEST,
    TRACKED_NETWORKS,
)
from sayso_protocol.discovery.rates import Rates
from sayso_protocol.errors import Refused
from sayso_storage.interface.store import Store, StoreError

from ...clock import mono_ms, now_ms
from ...home.directory import Home
from ...hub.decisions import keep_decisions
from ...hub.file import LiveSettings
from ...network.link import Link
from ...network.message_stream import receive_message, send_message
from ...sync.engine import Engine
from ..status import HubLoad

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
"""How often what has come is counted: so much may come beyond a quota."""

READ_SECONDS = 60.0
"""How often it is looked whose entries peers read."""

READ_KEPT_MS = 3_600_000
"""How exactly that is kept: a write an hour and account at the most."""


class HubService:
    """See the module; `run` until cancelled, `answer` for each link."""

    def __init__(self, home: Home, store: Store, engine: Engine, peer_id: str) -> None:
        """Raises `HubFileError`."""
        self._store = store
        self._engine = engine
        self._live = LiveSettings(home)
        self._list = CarryList(peer_id, self._live.settings)
        self._rates = Rates(ASK_BURST, ASKS_A_SECOND, TRACKED_NETWORKS)
        self._turn = trio.Lock()
        """Held from a decision until the store has it."""
        self._kept_read_ms: dict[bytes, int] = {}
        self.answered: Counter[int] = Counter()
        """Requests since the start, by the code of the answer."""
        self.ended: Counter[str] = Counter()
        """Accounts that were let go of since the start, by the reason of the `EndCarriage`."""

    async def run(self) -> None:
        """Carry whom the owner lists, and keep to the quotas."""
        await self._attempt(self._begin)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._keep_to_settings)
            nursery.start_soon(self._keep_reading)

    async def status(self, _: dict[str, Any]) -> Mapping[str, object]:
        """The request ``hub`` of the control socket."""
        return {"answered": dict(self.answered), "trouble": self._live.trouble}

    def load(self) -> HubLoad:
        """What is carried, under which quotas, and what was answered."""
        live = self._live
        return HubLoad(
            self._list.accounts,
            live.settings,
            dict(self.answered),
            dict(self.ended),
            live.trouble is not None,
        )

    # --- what the owner and the store say --------------------------------------------------

    async def _begin(self) -> None:
        carried = await trio.to_thread.run_sync(self._store.carried_for_others)
        decisions = self._list.counted(carried)
        await self._do(decisions + self._list.choose(self._live.settings, now_ms()))

    async def _keep_to_settings(self) -> None:
        while True:
            await trio.sleep(LOOK_SECONDS)
            await self._attempt(self._look)

    async def _look(self) -> None:
        if self._live.refresh():
            await self._do(self._list.choose(self._live.settings, now_ms()))
        counted = False
        while await trio.to_thread.run_sync(self._store.count_carried):
            counted = True
        if counted:
            carried = await trio.to_thread.run_sync(self._store.carried_for_others)
            await self._do(self._list.counted(carried))

    async def _keep_reading(self) -> None:
        while True:
            await trio.sleep(READ_SECONDS)
            await self._attempt(self._note_read)

    async def _note_read(self) -> None:
        now = now_ms()
        askers = {one.account: one.asker for one in self._list.accounts}
        read = {
            account
            for session in self._engine.sessions.values()
            if (peer := self._engine.replica.peers.get(session.name)) is not None
            for account in peer.interest.wants
            if account in askers and askers[account] != session.link.peer_id
        }
        late = [one for one in read if now - self._kept_read_ms.get(one, 0) >= READ_KEPT_MS]
        self._list.note_read(read, now)
        if late:
            await trio.to_thread.run_sync(self._store.note_read, late, now)
            self._kept_read_ms |= dict.fromkeys(late, now)

    async def _attempt(self, what: Any) -> None:
        try:
            async with self._turn:
                await what()
        except StoreError as error:
            log.warning("whom the hub carries is not kept: %s", error)

    # --- what others ask -------------------------------------------------------------------

    async def answer(self, link: Link) -> None:
        """Answer the one request on a link."""
        with trio.move_on_after(CARRY_SECONDS):
            try:
                request = read_request(await receive_message(link.stream, MAX_CARRY_REQUEST))
                answer = await self._answer(request, Asker(link.peer_id, link.network))
                await send_message(link.stream, answer.to_bytes())
            except (Refused, trio.BrokenResourceError, trio.ClosedResourceError) as error:
                log.debug("no request of a carrier's from %s: %s", link.peer_id, error)

    async def _answer(self, request: CarryRequest, asker: Asker) -> CarryAnswer:
        answer = CarryAnswer(BUSY)
        if self._rates.spend(asker.network or asker.peer_id, mono_ms()):
            try:
                async with self._turn:
                    answer = await self._decide(request, asker)
            except StoreError as error:
                log.warning("a request to be carried is not answered: %s", error)
                await self._attempt(self._begin)  # as the store has it
        self.answered[answer.code] += 1
        return answer

    async def _decide(self, request: CarryRequest, asker: Asker) -> CarryAnswer:
        if request.what not in (ASK, END):
            return self._list.status(request.account)
        proof: CarryProof | None = None
        if request.proof is not None:
            try:
                proof = read_proof(request.proof)
            except Refused:
                return CarryAnswer(BAD_PROOF)
            known = await trio.to_thread.run_sync(self._store.feed, proof.feed)
            if known is not None and known.end is not None:
                return CarryAnswer(FEED_ENDED)
        decide = self._list.ask if request.what == ASK else self._list.end
        answer, decisions = decide(request.account, asker, proof, now_ms())
        await self._do(decisions)
        return answer

    # --- decisions ---------------------------------------------------------------------------

    async def _do(self, decisions: Iterable[Decision]) -> None:
        decisions = list(decisions)
        if not decisions:
            return
        await trio.to_thread.run_sync(partial(keep_decisions, self._store, decisions, now_ms()))
        self.ended.update(one.reason for one in decisions if isinstance(one, EndCarriage))
        await self._engine.reload([], accounts=True)
