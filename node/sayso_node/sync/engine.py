"""Drives a `Replica`: its effects on links and store, and their outcomes back into it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import count
from typing import assert_never

import trio

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.errors import Refused
from sayso_protocol.feed.run import RawRun
from sayso_protocol.limits import ANNOUNCE_EVERY_MS
from sayso_protocol.sync.effects import (
    Answer,
    Disconnect,
    Effect,
    Event,
    FindChanges,
    IssueMark,
    Push,
    ReloadFeeds,
    SaveResumeState,
    SaveRoster,
    Send,
    StoreGrants,
    StoreRun,
    StoreStatements,
)
from sayso_protocol.sync.replica import Replica
from sayso_protocol.sync.rosters.roster_book import KnownRoster
from sayso_protocol.sync.session import State
from sayso_protocol.sync.wire.frame_codec import encode_frame
from sayso_protocol.sync.wire.frames import Bye, Entries, Frame
from sayso_storage.interface.store import Store, StoreError

from ..clock import now_ms
from ..network.link import Link
from .frame_reader import FrameReader
from .frame_stream import FrameStream
from .ingest.ingest import Ingest
from .ingest.outcomes import Outcome
from .peer_connection import PeerConnection
from .relay_policy import RelayAll, RelayPolicy
from .reporter import Listener, Reporter
from .responder import Responder
from .resume_rows import kept_rosters, node_key_of, row_of
from .send_queue import SendQueueFull
from .session_totals import SessionTotals
from .standings import Standings
from .store_reader import StoreReader, present

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0
HELLO_SECONDS = 10.0
"""How long a connected peer may take to say hello: a few round trips of the worst line."""
WATCH_SECONDS = 5.0
"""How often it is looked whether a peer still reads."""
GOODBYE_SECONDS = 1.0
"""How long a peer that is left may take to read why."""

ForSessions = Send | Push | Answer | Disconnect | Event
"""Effects that wait for nothing."""


class Engine:
    """Runs sessions over links; one engine for one store."""

    def __init__(
        self,
        store: Store,
        peer_id: str,
        software: str,
        listener: Listener,
        relay_policy: RelayPolicy | None = None,
    ) -> None:
        relay_policy = relay_policy or RelayAll()
        self._store = store
        self._peer_id = peer_id
        self._reporter = Reporter(listener)
        self._numbers = count(1)
        self.replica = Replica(epoch=store.epoch, software=software)
        self._store_reader = StoreReader(store, self.replica, relay_policy)
        self._responder = Responder(store, self.replica, relay_policy)
        self._frame_reader = FrameReader(self.replica, self._apply)
        self.ingest = Ingest(store, self._settle, relay_policy)
        self.sessions: dict[str, PeerConnection] = {}
        """By name, in order of their beginning."""
        self.replica.load_rosters(kept_rosters(store))
        self.standings = Standings(store, self.replica, self.sessions)
        self.left: Counter[str] = Counter()
        """How many peers were left for an offence, by the code of the error."""
        self._ended = SessionTotals()
        self.sessions_changed = trio.Event()
        self._hurry = trio.Event()
        """Set when announcements wait, so that the next tick does not."""
        self._postponed: list[Effect] = []
        """Effects that must wait for the store, found where nothing can be waited for."""
        self._awaited: dict[str, trio.Event] = {}
        """By name, the sessions whose being in sync or over somebody waits for."""

    # --- for the node --------------------------------------------------------------------

    async def run(self) -> None:
        """Ingest and keep time until cancelled."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.ingest.run)
            while True:
                with trio.move_on_after(TICK_SECONDS):
                    await self._hurry.wait()
                    self._hurry = trio.Event()
                    await trio.sleep(ANNOUNCE_EVERY_MS / 1000)
                postponed, self._postponed = self._postponed, []
                await self._apply(postponed)
                await self._apply(self.replica.tick(present()))
                self._reporter.flush()

    async def serve(self, link: Link) -> PeerConnection:
        """Run a session on a link until it ends; returns what is left of it."""
        session = PeerConnection(
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
            await self._run_session(session)
        finally:
            self._forget(session)
        return session

    def session_with(self, peer_id: str) -> PeerConnection | None:
        """The running session with a peer, if there is one."""
        return next((s for s in self.sessions.values() if s.link.peer_id == peer_id), None)

    @property
    def totals(self) -> SessionTotals:
        """What all sessions since the start come to."""
        return self._ended.with_running(self.sessions.values())

    async def refresh(self) -> None:
        """Take over what other processes changed in the store: subscriptions, imported feeds,
        own posts."""
        await self._apply(await self._store_reader.read_all())

    async def refresh_own(self, told: RawRun | None = None) -> None:
        """Take over new entries of the own feed only: the quick path after a post. Where somebody
        `told` which they are, and they are, the store is not read."""
        effects = self._store_reader.believe(told) if told is not None else None
        await self._apply(await self._store_reader.read_own() if effects is None else effects)

    async def reload(self, feeds: Sequence[bytes], *, accounts: bool = False) -> None:
        """Take over how these feeds are in the store, and with `accounts` which are carried."""
        await self._apply([ReloadFeeds(feeds, accounts)])

    async def serve_roster(self, roster: bytes) -> None:
        """Show peers this roster, in which this node stands; empty for none."""
        await self._apply(self.replica.serve(roster))

    async def ask_synced(self, session: PeerConnection) -> None:
        """Let a peer say soon whether it lacks something."""
        await self._apply(self.replica.ask_synced(session.name, present()))

    def in_sync_or_over(self, session: PeerConnection) -> trio.Event:
        """The event that neither side of a session lacks anything, or that it has ended."""
        event = self._awaited.setdefault(session.name, trio.Event())
        self._set_awaited()
        return event

    def hang_up(self, peer_id: str, reason: str) -> None:
        """Say goodbye to one peer, after the mark that it is owed."""
        session = self.session_with(peer_id)
        if session is None:
            return
        session.farewell = reason
        if self._owes_mark(session):
            self._postponed += [IssueMark(), *_farewell(session)]
            self._hurry.set()
            return
        for effect in _farewell(session):
            self._apply_now(effect)

    async def leave(self) -> None:
        """Say goodbye to every peer; ends when all sessions have, or after a second."""
        with trio.move_on_after(GOODBYE_SECONDS):
            if any(map(self._owes_mark, self.sessions.values())):
                await self._apply([IssueMark()])
        for session in self.sessions.values():
            session.farewell = "the node stops"
            for effect in _farewell(session):
                self._apply_now(effect)
        with trio.move_on_after(GOODBYE_SECONDS):
            while self.sessions:
                await self.sessions_changed.wait()

    # --- sessions ------------------------------------------------------------------------

    def _admit(self, session: PeerConnection) -> bool:
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
        self._reporter.session("connected", session)
        return True

    def _forget(self, session: PeerConnection) -> None:
        if self.sessions.pop(session.name, None) is None:
            return
        self._note_change()
        self._ended.add(session)
        self.standings.note_end(session)
        self._reporter.session("disconnected", session, reason=session.error or "")
        for effect in self.replica.lost(session.name, present()):
            if isinstance(effect, ForSessions):
                self._apply_now(effect)
            else:
                self._postponed.append(effect)
        self._set_awaited()

    async def _run_session(self, session: PeerConnection) -> None:
        try:
            with session.scope:
                node = node_key_of(session.link.peer_id)
                store = self.replica.store_of(node, present())
                saved = await trio.to_thread.run_sync(
                    self._store.resume_state, row_of(session.name, store)
                )
                await self._apply(
                    self.replica.connected(
                        session.name,
                        present(),
                        saved,
                        version=session.link.sync_version,
                        node=node,
                        store=store,
                    )
                )
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._write_all, session, nursery.cancel_scope)
                    nursery.start_soon(self._watch, session)
                    await self._frame_reader.read(session)
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

    async def _watch(self, session: PeerConnection) -> None:
        """Leave a peer that does not say hello, and later one that does not read."""
        await trio.sleep(HELLO_SECONDS)
        peer = self.replica.peers.get(session.name)
        if peer is not None and peer.session.state is State.SILENT:
            self._leave(session, "it says nothing")
        while True:
            await trio.sleep(WATCH_SECONDS)
            if session.frames.is_stuck:
                self._leave(session, "it takes too long to read")

    @staticmethod
    def _leave(session: PeerConnection, reason: str) -> None:
        """End a session without a word."""
        session.error = session.error or reason
        session.scope.cancel()

    async def _write_all(self, session: PeerConnection, rest: trio.CancelScope) -> None:
        await self._responder.write(session)
        rest.cancel()

    # --- effects -------------------------------------------------------------------------

    async def _apply(self, effects: Iterable[Effect]) -> None:
        """Do what the replica wants, in order; waits where much is to be ingested already."""
        for effect in effects:
            match effect:
                case Send() | Push() | Answer() | Disconnect() | Event():
                    self._apply_now(effect)
                case StoreRun() | StoreStatements():
                    await self.ingest.put(effect)
                case StoreGrants(grants=grants):
                    await self.ingest.put(grants)
                case ReloadFeeds():
                    await self._apply(await self._store_reader.reload(effect))
                case FindChanges():
                    await self._apply(await self._store_reader.find_changes(effect))
                case IssueMark():
                    await self._apply(await self._store_reader.issue_mark())
                case SaveResumeState():
                    await self._save_resume_state(effect)
                case SaveRoster(known=known):
                    await self._save_roster(known)
                case _:
                    assert_never(effect)
        if self.replica.announcing:
            self._hurry.set()
        if self._awaited:
            self._set_awaited()

    def _apply_now(self, effect: ForSessions) -> None:
        """Do what waits for nothing. What is for a session that is over is done with it."""
        match effect:
            case Send(peer=name, frame=frame):
                for session in self._named([name]):
                    self._send(session, frame)
            case Push(peers=names, run=run, urgent=urgent):
                self._push(names, run, urgent=urgent)
            case Answer(peer=name, asks=asks):
                for session in self._named([name]):
                    session.send_queue.answer(asks)
            case Disconnect(peer=name, error=error):
                for session in self._named([name]):
                    self._disconnect(session, error)
            case Event():
                self._reporter.event(effect, self.sessions.get(effect.peer))
            case _:
                assert_never(effect)

    def _named(self, names: Iterable[str]) -> list[PeerConnection]:
        return [self.sessions[name] for name in names if name in self.sessions]

    async def _save_resume_state(self, effect: SaveResumeState) -> None:
        # What it speaks of is stored: the replica waits for that.
        row = row_of(effect.peer, effect.store)
        await _unless_full(partial(self._store.save_resume_state, row, effect.what, now_ms()))

    async def _save_roster(self, known: KnownRoster) -> None:
        text = key_text(known.roster.store)
        await _unless_full(partial(self._store.save_roster, text, known.pack(), now_ms()))

    def _send(self, session: PeerConnection, frame: Frame) -> None:
        try:
            session.send_queue.put(frame)
        except SendQueueFull:
            self._leave(session, "it does not read what it asks for")

    def _push(self, names: Iterable[str], run: RawRun, *, urgent: bool = False) -> None:
        frame, sessions = Entries(0, run), self._named(names)
        data = {
            version: encode_frame(frame, version)
            for version in {session.link.sync_version for session in sessions}
        }
        for session in sessions:
            session.send_queue.push(data[session.link.sync_version], run, urgent=urgent)
            session.sent += len(run.times)
            session.pushed += len(run.times)

    def _disconnect(self, session: PeerConnection, error: Refused | None) -> None:
        session.error = str(error) if error is not None else session.farewell or "the peer left"
        if error is not None:
            self.left[error.code] += 1
        session.end()
        session.scope.deadline = trio.current_time() + GOODBYE_SECONDS

    def _owes_mark(self, session: PeerConnection) -> bool:
        """Whether a session is not to be ended before an `IssueMark`."""
        peer = self.replica.peers.get(session.name)
        return peer is not None and peer.owes

    async def _settle(self, outcomes: list[Outcome]) -> None:
        now = present()
        told = [effect for one in outcomes for effect in one.tell(self.replica, now)]
        await self._apply(told)
        self._reporter.received(sum(one.taken for one in outcomes))

    def _set_awaited(self) -> None:
        for name in list(self._awaited):
            peer = self.replica.peers.get(name)
            if name not in self.sessions or (peer is not None and peer.in_sync):
                self._awaited.pop(name).set()

    def _note_change(self) -> None:
        self.sessions_changed.set()
        self.sessions_changed = trio.Event()


def _farewell(session: PeerConnection) -> tuple[Send, Disconnect]:
    return Send(session.name, Bye("done", session.farewell)), Disconnect(session.name, None)


async def _unless_full(save: Callable[[], None]) -> None:
    """Forgetting a peer costs a longer first exchange; a full disk must not cost more."""
    try:
        await trio.to_thread.run_sync(save)
    except StoreError as error:
        log.warning("a peer is not remembered: %s", error)
