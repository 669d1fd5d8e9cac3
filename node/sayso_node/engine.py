"""Drives a `Replica`: its effects on links and store, what they bring back into it."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import trio

from sayso_protocol.effects import (
    Adopt,
    Effect,
    HangUp,
    Heed,
    Judge,
    Notice,
    Push,
    Recall,
    Remember,
    Review,
    Send,
    Serve,
    Survey,
)
from sayso_protocol.errors import Refused
from sayso_protocol.frames import Ask, Bye, Entries, Frame, Miss, encode_frame
from sayso_protocol.keys import key_text
from sayso_protocol.limits import ANNOUNCE_EVERY_MS, LIVE_ENTRIES
from sayso_protocol.peer import Now
from sayso_protocol.replica import Replica
from sayso_protocol.run import RawRun
from sayso_protocol.session import State
from sayso_storage.interface import Store, StoreError

from .clock import mono_ms, now_ms
from .holding import Stock, after, stock_for, stock_since, whole_stock
from .judging import Court
from .links import Link
from .outbox import Outbox, OutboxFull
from .outcomes import Outcome
from .wire import FrameStream

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0
RECEIVED_EVERY_SECONDS = 0.5
"""How often a listener hears at most that entries came."""
HELLO_SECONDS = 10.0
"""How long a connected peer may take to say hello: a few round trips of the worst line."""
ANSWER_BYTES = 64 * 1024
"""Encoded answers that are read from the store at a time, if one alone is not longer."""
GOODBYE_SECONDS = 1.0
"""How long a peer that is left may take to read why."""

Listener = Callable[[dict[str, Any]], None]


@dataclass(eq=False, slots=True)
class Session:
    """One link in use. `name` is unique for the life of the engine."""

    name: str
    link: Link
    frames: FrameStream
    started: float
    outbox: Outbox = field(init=False)
    filled: trio.Event = field(default_factory=trio.Event)
    """Set while the outbox has something, or is not going to have more."""
    ending: bool = False
    """Nothing more will be put into the outbox."""
    scope: trio.CancelScope = field(default_factory=trio.CancelScope)
    sent: int = 0
    """Entries that it was given."""
    error: str | None = None
    """Why this side ended the session."""

    def __post_init__(self) -> None:
        self.outbox = Outbox(lambda: self.filled.set())

    def end(self) -> None:
        """Let the writer end once the outbox is empty."""
        self.ending = True
        self.filled.set()


class Engine:
    """Runs sessions over links; one engine for one store."""

    def __init__(self, store: Store, peer_id: str, software: str, listener: Listener) -> None:
        self._store = store
        self._peer_id = peer_id
        self._listener = listener
        self._numbers = count(1)
        self.replica = Replica(epoch=store.epoch, software=software)
        self.court = Court(store, self._settle)
        self.sessions: dict[str, Session] = {}
        """By name, in order of their beginning."""
        self.sessions_changed = trio.Event()
        self._refreshing = trio.Lock()
        self._taken, self._told_taken = 0, float("-inf")
        self._hurry = trio.Event()
        """Set when announcements wait, so that the next tick does not."""
        self._own_feed = b""
        self._looked = 0
        """How far the last look at what was said went."""
        self._surveyed = store.last_arrival()
        # Nobody is there yet whom the effects could concern.
        self._whole_stock().tell(self.replica, self._own_feed, _now())

    # --- for the node --------------------------------------------------------------------

    async def run(self) -> None:
        """Judge and keep time until cancelled."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.court.run)
            while True:
                with trio.move_on_after(TICK_SECONDS):
                    await self._hurry.wait()
                    self._hurry = trio.Event()
                    await trio.sleep(ANNOUNCE_EVERY_MS / 1000)
                await self._apply(self.replica.tick(_now()))
                if self._taken:
                    self._tell_received()

    async def serve(self, link: Link) -> Session:
        """Run a session on a link until it ends; returns what is left of it."""
        session = Session(
            f"{link.peer_id}#{next(self._numbers)}",
            link,
            FrameStream(link.stream),
            trio.current_time(),
        )
        if not self._admit(session):
            await trio.aclose_forcefully(link.stream)
            session.error = "connected already"
            return session
        try:
            await self._converse(session)
        finally:
            self._forget(session)
        return session

    def session_with(self, peer_id: str) -> Session | None:
        """The running session with a peer, if there is one."""
        return next((s for s in self.sessions.values() if s.link.peer_id == peer_id), None)

    async def refresh(self) -> None:
        """Look for what other processes changed in the store: subscriptions, imported feeds,
        own posts."""
        async with self._refreshing:
            as_of = self.replica.version
            stock = await trio.to_thread.run_sync(self._whole_stock)
            effects = stock.tell(self.replica, self._own_feed, _now(), as_of)
        await self._apply(effects)

    async def refresh_own(self) -> None:
        """Look for new entries of the own feed only: the quick path after a post."""
        async with self._refreshing:
            run = await trio.to_thread.run_sync(self._new_own_run)
        if run is None:
            await self.refresh()
        else:
            await self._apply(self.replica.published(run, _now()))

    async def ask_synced(self, session: Session) -> None:
        """Let a peer say soon whether it lacks something."""
        await self._apply(self.replica.ask_synced(session.name, _now()))

    async def leave(self) -> None:
        """Say goodbye to every peer; ends when all sessions have, or after a second."""
        for session in self.sessions.values():
            self._send(session, Bye("done", "the node stops"))
            self._hang_up(session, None)
        with trio.move_on_after(GOODBYE_SECONDS):
            while self.sessions:
                await self.sessions_changed.wait()

    # --- sessions ------------------------------------------------------------------------

    def _admit(self, session: Session) -> bool:
        """One session a peer: the newer one, since whoever connects again has lost the old
        one; but of two that crossed, the one that the smaller peer id dialled."""
        old = self.session_with(session.link.peer_id)
        if old is not None:
            crossed = (
                old.link.outbound != session.link.outbound and session.started - old.started < 5.0
            )
            ours = self._peer_id < session.link.peer_id
            if crossed and session.link.outbound != ours:
                return False
            old.error = "connected anew"
            self._forget(old)
            old.scope.cancel()
        self.sessions[session.name] = session
        self._note_change()
        self._tell("connected", session)
        return True

    def _forget(self, session: Session) -> None:
        if self.sessions.pop(session.name, None) is None:
            return
        self._note_change()
        self._tell("disconnected", session, reason=session.error or "")
        self._apply_now(self.replica.lost(session.name, _now()))

    async def _converse(self, session: Session) -> None:
        try:
            with session.scope:
                memory = await trio.to_thread.run_sync(self._store.memory_of, session.link.peer_id)
                await self._apply(self.replica.connected(session.name, _now(), memory))
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._write_all, session, nursery.cancel_scope)
                    nursery.start_soon(self._expect_hello, session)
                    await self._read(session)
                    session.end()
                    nursery.cancel_scope.deadline = trio.current_time() + GOODBYE_SECONDS
        except* (trio.BrokenResourceError, trio.ClosedResourceError):
            session.error = session.error or "the connection was lost"
        except* StoreError as errors:
            # A read that failed is this session's trouble: the others and the owner go on.
            session.error = str(errors.exceptions[0])
            log.error("a session ends: %s", errors.exceptions[0])
        finally:
            with trio.CancelScope(shield=True, deadline=trio.current_time() + GOODBYE_SECONDS):
                await session.link.stream.aclose()

    async def _expect_hello(self, session: Session) -> None:
        await trio.sleep(HELLO_SECONDS)
        peer = self.replica.peers.get(session.name)
        if peer is not None and peer.session.state is State.SILENT:
            session.error = "it says nothing"
            session.scope.cancel()

    async def _read(self, session: Session) -> None:
        while session.error is None:
            try:
                frame = await session.frames.receive()
            except Refused as error:
                await self._apply(self.replica.offended(session.name, error))
                return
            if frame is None or session.name not in self.sessions:
                return
            await self._apply(self.replica.receive(session.name, frame, _now()))

    async def _write_all(self, session: Session, rest: trio.CancelScope) -> None:
        await self._write(session)
        rest.cancel()

    async def _write(self, session: Session) -> None:
        while True:
            item = session.outbox.take()
            if isinstance(item, bytes):
                await session.frames.send(item)
            elif item is not None:
                await self._send_answers(session, item)
            elif session.ending:
                return
            else:
                session.filled = trio.Event()
                await session.filled.wait()

    async def _send_answers(self, session: Session, asks: Sequence[Ask]) -> None:
        waiting = deque(asks)
        while waiting:
            answers = await trio.to_thread.run_sync(self._some_answers, waiting)
            for number, data, entries in answers:
                peer = self.replica.peers.get(session.name)
                if peer is not None:
                    peer.session.answered(number)
                await session.frames.send(data)
                session.sent += entries

    def _some_answers(self, waiting: deque[Ask]) -> list[tuple[int, bytes, int]]:
        """The numbers of the first asks, the answers, and how many entries are in each: as many
        as are worth a change of threads, and no more than may lie in memory for one peer."""
        answers: list[tuple[int, bytes, int]] = []
        while waiting and sum(len(data) for _, data, _ in answers) < ANSWER_BYTES:
            ask = waiting.popleft()
            answers.append((ask.number, *self._answer(ask)))
        return answers

    def _answer(self, ask: Ask) -> tuple[bytes, int]:
        run = self._store.load(ask.feed, ask.first, ask.last)
        if run is None:
            return encode_frame(Miss([ask.number])), 0
        return encode_frame(Entries(ask.number, run)), len(run.times)

    # --- effects -------------------------------------------------------------------------

    async def _apply(self, effects: Iterable[Effect]) -> None:
        """Do what the replica wants, in order; waits where the court is busy."""
        for effect in effects:
            if isinstance(effect, Judge | Heed):
                await self.court.put(effect)
            elif isinstance(effect, Adopt):
                await self.court.put(effect.grants)
            elif isinstance(effect, Review):
                await self._review(effect)
            elif isinstance(effect, Remember):
                await self._remember(effect)
            elif isinstance(effect, Recall):
                await self._recall(effect)
            elif isinstance(effect, Survey):
                await self._survey()
            else:
                self._apply_now([effect])
        if self.replica.announcing:
            self._hurry.set()

    async def _remember(self, effect: Remember) -> None:
        # What it speaks of is stored: the replica waits for that.
        peer_id = effect.peer.partition("#")[0]
        try:
            await trio.to_thread.run_sync(self._store.remember, peer_id, effect.what, now_ms())
        except StoreError as error:
            # Forgetting a peer costs a longer first exchange; a full disk must not cost more.
            log.warning("a peer is not remembered: %s", error)

    async def _recall(self, effect: Recall) -> None:
        feeds, said = await trio.to_thread.run_sync(after, self._store, effect.mark)
        await self._apply(self.replica.recalled(effect.peer, feeds, _now(), said))

    async def _review(self, effect: Review) -> None:
        """Look again at what the court has changed. In turn with all else that is read of the
        store: what was read last is told last."""
        async with self._refreshing:
            as_of = self.replica.version
            try:
                stock = await trio.to_thread.run_sync(
                    stock_for, self._store, effect, self.replica.wanted
                )
            except StoreError as error:
                log.warning("the store cannot be looked through: %s", error)
                return
            effects = stock.tell(self.replica, self._own_feed, _now(), as_of)
        await self._apply(effects)

    async def _survey(self) -> None:
        """Only what came in since the last survey is looked at."""
        async with self._refreshing:
            as_of = self.replica.version
            try:
                mark, stock = await trio.to_thread.run_sync(
                    stock_since, self._store, self._surveyed
                )
            except StoreError as error:
                # No mark is given: the next exchange costs more, and nothing is lost.
                log.warning("the store cannot be looked through: %s", error)
                return
            self._surveyed = mark.arrival
            now = _now()
            effects = stock.tell(self.replica, self._own_feed, now, as_of)
            effects += self.replica.surveyed(mark, now)
        await self._apply(effects)

    def _apply_now(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send(peer=name, frame=frame) if name in self.sessions:
                    self._send(self.sessions[name], frame)
                case Serve(peer=name, asks=asks) if name in self.sessions:
                    self.sessions[name].outbox.serve(asks)
                case Push(peers=names, run=run):
                    self._push(names, run)
                case HangUp(peer=name, error=error) if name in self.sessions:
                    self._hang_up(self.sessions[name], error)
                case Notice():
                    self._notice(effect)
                case _:
                    pass

    def _send(self, session: Session, frame: Frame) -> None:
        try:
            session.outbox.put(frame)
        except OutboxFull:
            session.error = "it does not read what it asks for"
            session.scope.cancel()

    def _push(self, names: Iterable[str], run: RawRun) -> None:
        data = encode_frame(Entries(0, run))
        for name in names:
            session = self.sessions.get(name)
            if session is not None:
                session.outbox.push(data, run)
                session.sent += len(run.times)

    def _hang_up(self, session: Session, error: Refused | None) -> None:
        session.error = str(error) if error is not None else "the peer left"
        session.end()
        session.scope.deadline = trio.current_time() + GOODBYE_SECONDS

    async def _settle(self, outcomes: list[Outcome]) -> None:
        for one in outcomes:
            await self._apply(one.tell(self.replica, _now()))
        self._taken += sum(one.taken for one in outcomes)
        if self._taken and trio.current_time() - self._told_taken >= RECEIVED_EVERY_SECONDS:
            self._tell_received()

    def _tell_received(self) -> None:
        self._listener({"event": "received", "entries": self._taken})
        self._taken, self._told_taken = 0, trio.current_time()

    def _notice(self, notice: Notice) -> None:
        session = self.sessions.get(notice.peer)
        fields: dict[str, Any] = {"peer": session.link.peer_id if session else notice.peer}
        if notice.feed is not None:
            fields["feed"] = key_text(notice.feed)
        if notice.detail:
            fields["detail"] = notice.detail
        log.info("%s %s", notice.what, fields)
        self._listener({"event": notice.what, **fields})

    def _tell(self, event: str, session: Session, **more: Any) -> None:
        link = session.link
        self._listener(
            {"event": event, "peer": link.peer_id, "addr": link.address, **more}
            | {"outbound": link.outbound}
        )

    def _note_change(self) -> None:
        self.sessions_changed.set()
        self.sessions_changed = trio.Event()

    # --- what the store holds ------------------------------------------------------------

    def _whole_stock(self) -> Stock:
        """All that is in the store; of what was said, what came since the last look."""
        own = self._store.own_feed()
        self._own_feed = own.feed if own is not None else b""
        arrival = self._store.last_arrival()
        stock = whole_stock(self._store, self.replica.wanted, self._looked)
        self._looked = arrival
        return stock

    def _new_own_run(self) -> RawRun | None:
        """The new entries of the own feed, or None where they are too many for a push."""
        state = self._store.own_feed()
        first = self.replica.height(self._own_feed) + 1
        if state is None or state.feed != self._own_feed:
            return None
        if not first <= state.head < first + LIVE_ENTRIES:
            return None
        run = self._store.load(self._own_feed, first, state.head)
        return run if run is not None and run.first == first else None


def _now() -> Now:
    return Now(now_ms(), mono_ms())
