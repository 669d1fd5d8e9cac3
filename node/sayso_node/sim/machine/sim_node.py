"""One simulated node: does what its `Replica` wants, as the engine does, in virtual time.

This is the only part of the simulator that knows effects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from itertools import count
from typing import Final, assert_never

from sayso_protocol.absence import taken_back
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.errors import Overdrawn, Refused
from sayso_protocol.feed.run import Run
from sayso_protocol.sync.budgets.costs import cost_us, is_of_use
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
from sayso_protocol.sync.session import State
from sayso_protocol.sync.wire.frame_codec import (
    LENGTH_SIZE,
    decode_frame,
    encode_frame,
    frame_length,
)
from sayso_protocol.sync.wire.frames import SYNC_3, Entries, Frame, Mark
from sayso_storage.interface.store import Store

from ...sync.engine import GOODBYE_SECONDS, HELLO_SECONDS
from ...sync.ingest.outcomes import Outcome, RunOutcome, StatementsOutcome
from ...sync.relay_policy import RelayAll, RelayPolicy, filtered_snapshot
from ...sync.resume_rows import kept_rosters, row_of
from ...sync.send_queue import SendQueueFull
from ...sync.snapshot import (
    Snapshot,
    changes_since,
    snapshot_of,
    snapshot_since,
    whole_snapshot,
)
from ..checks.monitor import Monitor
from ..event_queue import EventQueue, microseconds
from ..pipe import Pipe
from ..scenario import Processor
from .node_keys import node_key
from .sim_clock import SimClock
from .sim_connection import Connections, SimConnection, Tamper
from .sim_reader import SimReader
from .sim_responder import SimResponder
from .slow_ingest import SlowIngest
from .ticker import Ticker


class SimNode:
    """A node while it is on line; a new one is made whenever it comes back."""

    def __init__(
        self,
        index: int,
        store: Store,
        event_queue: EventQueue,
        clock: SimClock,
        connections: Connections,
        monitor: Monitor,
        tamper: Tamper | None = None,
        relay_policy: RelayPolicy | None = None,
        processor: Processor | None = None,
    ) -> None:
        self.index: Final = index
        self.store: Final = store
        self.sessions: dict[str, SimConnection] = {}
        self.reads = True
        """False for a hostile node that never listens."""
        self._event_queue = event_queue
        self._clock = clock
        self._connections = connections
        self._monitor = monitor
        self._tamper = tamper
        self._numbers = count(1)
        self._relay_policy = relay_policy or RelayAll()
        self._ingest = SlowIngest(event_queue, clock, store, self._settle, self._relay_policy)
        self._reader = SimReader(
            event_queue,
            processor,
            self._take,
            self._throttled,
            self._overdrawn,
            lambda: self._ingest.has_room,
        )
        self._ticker = Ticker(event_queue, self._tick)
        self._wake_up()
        self._responder = SimResponder(event_queue, store, self.replica, self._relay_policy)
        self._ticker.start()

    def _wake_up(self) -> None:
        """As the engine does: tell the replica what the store holds and its owner wants."""
        self.replica = Replica(epoch=self.store.epoch, software="sayso-simulator")
        self.replica.load_rosters(kept_rosters(self.store))
        own = self.store.own_feed()
        self._own_feed = own.feed if own is not None else b""
        self._marked_arrival = self.store.last_arrival()
        # Nobody is there yet whom the effects could concern.
        self._relay_policy.refresh()
        snapshot = self._ruled(lambda: whole_snapshot(self.store, [], 0))
        snapshot.tell(self.replica, self._own_feed, self._clock.now())

    def _tick(self) -> None:
        self._apply(self.replica.tick(self._clock.now()))

    def stop(self) -> None:
        """Stop at once; nothing of it happens any more."""
        self._ticker.stop()
        self._ingest.closed = True
        for session in self.sessions.values():
            session.over = True
        self.sessions.clear()

    # --- sessions --------------------------------------------------------------------------

    def session(self, peer: int, out: Pipe, into: Pipe) -> SimConnection:
        """A session over a connection that is just made; `begin` it."""
        for old in [one for one in self.sessions.values() if one.peer == peer]:
            self._connections.cut(old)  # whoever connects again has lost the old one
        name = f"{peer}#{next(self._numbers)}"
        session = SimConnection(
            name, peer, out, into, self._responder.answer, self._connections.hang_up, self._tamper
        )
        self.sessions[name] = session
        return session

    def begin(self, session: SimConnection) -> None:
        """Say hello."""
        now, node = self._clock.now(), node_key(session.peer).public
        of = self.replica.store_of(node, now)
        saved = self.store.resume_state(row_of(session.name, of))
        self._apply(
            self.replica.connected(session.name, now, saved, version=SYNC_3, node=node, store=of)
        )
        self._event_queue.after(microseconds(HELLO_SECONDS), self._expect_hello, session)

    def end(self, session: SimConnection) -> None:
        """The connection is over, for this side."""
        if self.sessions.pop(session.name, None) is None:
            return
        session.over = True
        self._monitor.ended(session.worst_wait)
        self._ticker.note_activity()
        self._apply(self.replica.lost(session.name, self._clock.now()))

    def arrive(self, session: SimConnection, data: bytes) -> None:
        """A frame has come; it is read when there is room for what it may bring."""
        if session.over or not self.reads:
            return
        session.inbox.append(data)
        session.buffered += len(data)
        self._reader.read(session)

    def _take(self, session: SimConnection, data: bytes) -> tuple[float, float]:
        """Follow a frame; see `Follow`."""
        self._ticker.note_activity()
        hashed = self.replica.names_hashed
        try:
            frame = _decode(data)
        except Refused as error:
            self._monitor.frame(self.index, session.peer, "garbage", data)
            self._apply(self.replica.offended(session.name, error))
            return 0.0, 0.0
        self._monitor.frame(self.index, session.peer, type(frame).__name__, data)
        if isinstance(frame, Entries):
            self._monitor.entries(self.index, session.peer, frame.run)
        effects = self.replica.receive(session.name, frame, self._clock.now())
        hashed = self.replica.names_hashed - hashed
        used_us = cost_us(frame, len(data), effects, session.name, hashed)
        self._apply(effects)
        owed_us, session.owed_us = session.owed_us, 0.0
        return used_us, owed_us + (0.0 if is_of_use(effects) else used_us)

    def _throttled(self, session: SimConnection) -> None:
        if not session.throttled:
            session.throttled = True
            self._monitor.notice(self.index, Event("throttled", session.name))

    def _overdrawn(self, session: SimConnection, error: Overdrawn) -> None:
        self._monitor.count("overdrawn", self.index, session.peer)
        self._apply(self.replica.offended(session.name, error))

    def _expect_hello(self, session: SimConnection) -> None:
        peer = self.replica.peers.get(session.name)
        if not self.reads or session.over:
            return
        if peer is not None and peer.session.state is State.SILENT:
            self._connections.cut(session)

    # --- effects ---------------------------------------------------------------------------

    def published(self, run: Run) -> None:
        """The owner has posted, and the store has it."""
        raw = self.store.load(run.feed, run.first, run.last)
        assert raw is not None
        self._ticker.note_activity()
        named = {one.feed for body in run.bodies for one in taken_back(body)}
        self._apply(self.replica.published(raw, self._clock.now(), urgent=bool(named)))
        if named:
            self._look_up(ReloadFeeds(sorted(named)))

    def _apply(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send() | Push() | Answer() | Disconnect():
                    self._apply_to_sessions(effect)
                case StoreRun() | StoreStatements() | StoreGrants():
                    self._ingest_effect(effect)
                case SaveResumeState() | SaveRoster():
                    self._keep(effect)
                case ReloadFeeds() | FindChanges() | IssueMark():
                    self._look_up(effect)
                case Event():
                    self._monitor.notice(self.index, effect)
                case _:
                    assert_never(effect)
        if self.replica.announcing:
            self._ticker.hurry()

    def _apply_to_sessions(self, effect: Send | Push | Answer | Disconnect) -> None:
        match effect:
            case Send(peer=name, frame=frame):
                self._send(name, frame)
            case Push(peers=names, run=run, urgent=urgent):
                data = encode_frame(Entries(0, run), SYNC_3)
                for session in self._named(names):
                    session.send_queue.push(data, run, urgent=urgent)
            case Answer(peer=name, asks=asks):
                for session in self._named([name]):
                    session.send_queue.answer(asks)
            case Disconnect(peer=name, error=error):
                self._hang_up(name, error)
            case _:
                assert_never(effect)

    def _ingest_effect(self, effect: StoreRun | StoreStatements | StoreGrants) -> None:
        self._ingest.put(effect.grants if isinstance(effect, StoreGrants) else effect)

    def _keep(self, effect: SaveResumeState | SaveRoster) -> None:
        wall_ms = self._clock.now().wall_ms
        if isinstance(effect, SaveResumeState):
            row = row_of(effect.peer, effect.store)
            self.store.save_resume_state(row, effect.what, wall_ms)
        else:
            known = effect.known
            self.store.save_roster(key_text(known.roster.store), known.pack(), wall_ms)

    def _look_up(self, effect: ReloadFeeds | FindChanges | IssueMark) -> None:
        match effect:
            case ReloadFeeds():
                self._tell(partial(snapshot_of, self.store, effect, self.replica.wanted))
            case FindChanges(peer=name, mark=mark):
                self._find_changes(name, mark)
            case IssueMark():
                self._issue_mark()
            case _:
                assert_never(effect)

    def _find_changes(self, name: str, mark: Mark) -> None:
        feeds, said = changes_since(self.store, mark)
        self._apply(self.replica.changes_found(name, feeds, self._clock.now(), said))

    def _issue_mark(self) -> None:
        mark, snapshot = snapshot_since(self.store, self._marked_arrival)
        self._marked_arrival = mark.arrival
        self._tell(lambda: snapshot)
        self._apply(self.replica.mark_issued(mark, self._clock.now()))

    def serve(self, roster: bytes) -> None:
        """Show peers this roster."""
        self._apply(self.replica.serve(roster))

    def refresh(self) -> None:
        """Another program has changed the store."""
        self._ticker.note_activity()
        self._relay_policy.refresh()
        self._tell(partial(whole_snapshot, self.store, self.replica.wanted, 0))

    def _ruled(self, make: Callable[[], Snapshot]) -> Snapshot:
        return filtered_snapshot(make, self.store, self._relay_policy, self.replica.accounts)

    def _tell(self, make: Callable[[], Snapshot]) -> None:
        snapshot = self._ruled(make)
        self._apply(snapshot.tell(self.replica, self._own_feed, self._clock.now()))

    def _named(self, names: Iterable[str]) -> list[SimConnection]:
        return [self.sessions[name] for name in names if name in self.sessions]

    def _send(self, name: str, frame: Frame) -> None:
        session = self.sessions.get(name)
        if session is None or session.ending:
            return
        try:
            session.send_queue.put(frame)
        except SendQueueFull:
            self._monitor.count("outbox-full", self.index, session.peer)
            self._connections.cut(session)

    def _hang_up(self, name: str, error: Refused | None) -> None:
        session = self.sessions.get(name)
        if session is not None:
            if error is not None:
                self._monitor.hung_up(self.index, session.peer, error)
            session.end()
            self._event_queue.after(microseconds(GOODBYE_SECONDS), self._connections.cut, session)

    def _settle(self, outcomes: list[Outcome]) -> None:
        now = self._clock.now()
        self._ticker.note_activity()
        for one in outcomes:
            if isinstance(one, RunOutcome) and one.error is None:
                self._monitor.stored(self.index, one.job.run)
            elif isinstance(one, StatementsOutcome):
                self._monitor.statements_stored(self.index, one.outcomes)
            self._apply(one.tell(self.replica, now))
        for session in list(self.sessions.values()):
            if session.inbox:
                self._reader.read(session)


@lru_cache(maxsize=4096)
def _decode(data: bytes) -> Frame:
    """Frames are values: one that is pushed to hundreds of nodes is decoded once."""
    size = frame_length(data[:LENGTH_SIZE])
    return decode_frame(data[LENGTH_SIZE : LENGTH_SIZE + size], SYNC_3)
