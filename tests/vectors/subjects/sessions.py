"""Sections 8 to 11: whole sessions of two nodes, frame by frame with lengths, in the order in which
they were sent. A case that `follows` another goes on with its session. `ann` has posts,
`ben` follows her; `entries` are those of her feed that ben holds at the end. Other
software need not send the same frames: it must take these.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

from sayso_node.accounts.continuation import continue_feed
from sayso_node.sync.ingest.ingest import ingest_batch
from sayso_node.sync.ingest.verifier import Verifier
from sayso_node.sync.relay_policy import RelayAll
from sayso_node.sync.snapshot import (
    Snapshot,
    changes_since,
    snapshot_of,
    snapshot_since,
    whole_snapshot,
)
from sayso_protocol.accounts.statement import sign_grant, sign_revoke
from sayso_protocol.content.body import Open, Post, write_body
from sayso_protocol.crypto.hashing import next_key_hash
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.feed.run import RawRun, ids_of
from sayso_protocol.limits import SYNCED_EVERY_MS
from sayso_protocol.sync.effects import (
    Answer,
    Effect,
    FindChanges,
    IssueMark,
    Push,
    ReloadFeeds,
    SaveResumeState,
    Send,
    StoreGrants,
    StoreRun,
    StoreStatements,
)
from sayso_protocol.sync.now import Now
from sayso_protocol.sync.replica import Replica
from sayso_protocol.sync.wire.frame_codec import encode_frame
from sayso_protocol.sync.wire.frames import Entries, Frame, Miss
from sayso_storage.interface.store import Store
from sayso_storage.memory.store import MemoryStore

from ..cases import AT, Case

SOFTWARE = "vectors"


class Home:
    """A node without disk, clock and network: it does at once what its replica wants."""

    def __init__(self, name: str, number: int, links: Links) -> None:
        self.name = name
        self.links = links
        account, self.feed, following = (
            KeyPair.from_seed(bytes([number + n]) * 32) for n in range(3)
        )
        self.key, self.account = account, account.public
        self.grant = sign_grant(account, self.feed, next_key_hash(following.public))
        self.store: Store = MemoryStore(bytes([number]) * 16)
        self.store.add_own(self.grant, AT)
        self.publish([write_body(Open(self.grant.wire))])

    def start(self) -> None:
        """Begin with what is in the store, as after a restart."""
        self.replica = Replica(epoch=self.store.epoch, software=SOFTWARE)
        self.verifier = Verifier(self.store)
        self._tell(whole_snapshot(self.store, [], 0))

    def publish(self, bodies: list[bytes]) -> RawRun:
        """Sign and store entries."""
        run = self.store.publish(
            lambda state: continue_feed(self.feed, state, bodies, self.links.now.wall_ms),
            self.links.now.wall_ms,
        )
        raw = self.store.load(run.feed, run.first, run.last)
        assert raw is not None
        return raw

    def post(self, text: str) -> None:
        """Publish while connected."""
        self.apply(self.replica.published(self.publish([write_body(Post(text))]), self.links.now))

    def revoke(self, seq: int) -> None:
        """End the own feed while connected."""
        entry = self.store.load(self.feed.public, seq, seq)
        assert entry is not None
        self.apply(
            [StoreStatements("", [sign_revoke(self.key, self.feed.public, seq, ids_of(entry)[0])])]
        )

    def _tell(self, snapshot: Snapshot) -> None:
        self.apply(snapshot.tell(self.replica, self.feed.public, self.links.now))

    def apply(self, effects: Iterable[Effect]) -> None:
        """Do everything in order."""
        for effect in effects:
            self._DO.get(type(effect), lambda _, __: None)(self, effect)

    def _send(self, effect: Send) -> None:
        self.links.send(self, effect.frame)

    def _push(self, effect: Push) -> None:
        self.links.send(self, Entries(0, effect.run))

    def _serve(self, effect: Answer) -> None:
        for ask in effect.asks:
            run = self.store.load(ask.feed, ask.first, ask.last)
            self.replica.peers[effect.peer].session.answered(ask.number)
            self.links.send(self, Miss([ask.number]) if run is None else Entries(ask.number, run))

    def _judge(self, effect: StoreRun | StoreGrants | StoreStatements) -> None:
        work = effect.grants if isinstance(effect, StoreGrants) else effect
        for outcome in ingest_batch(
            self.store, self.verifier, [work], self.links.now.wall_ms, RelayAll()
        ):
            self.apply(outcome.tell(self.replica, self.links.now))

    def _recall(self, effect: FindChanges) -> None:
        feeds, said = changes_since(self.store, effect.mark)
        self.apply(self.replica.changes_found(effect.peer, feeds, self.links.now, said))

    def _review(self, effect: ReloadFeeds) -> None:
        self._tell(snapshot_of(self.store, effect, self.replica.wanted))

    def _survey(self, _: IssueMark) -> None:
        mark, snapshot = snapshot_since(self.store, 0)
        self._tell(snapshot)
        self.apply(self.replica.mark_issued(mark, self.links.now))

    def _remember(self, effect: SaveResumeState) -> None:
        self.store.save_resume_state(effect.peer, effect.what, self.links.now.wall_ms)

    _DO: dict[type, Any] = {  # noqa: RUF012
        Send: _send,
        Push: _push,
        Answer: _serve,
        StoreRun: _judge,
        StoreGrants: _judge,
        StoreStatements: _judge,
        ReloadFeeds: _review,
        FindChanges: _recall,
        IssueMark: _survey,
        SaveResumeState: _remember,
    }


class Links:
    """Carries frames between two homes, one at a time, and writes them down."""

    def __init__(self) -> None:
        self.now = Now(AT, 0)
        self.ann, self.ben = Home("ann", 10, self), Home("ben", 20, self)
        self.log: list[Case] = []
        self._under_way: deque[tuple[Home, Frame]] = deque()

    def send(self, home: Home, frame: Frame) -> None:
        """Put a frame on its way to the other."""
        self.log.append({"from": home.name, "frame": encode_frame(frame)})
        self._under_way.append((self.ben if home is self.ann else self.ann, frame))

    def connect(self) -> None:
        """Restart both, and begin a session."""
        for home in (self.ann, self.ben):
            home.start()
        for home, other in ((self.ann, self.ben), (self.ben, self.ann)):
            memory = home.store.resume_state(other.name)
            home.apply(home.replica.connected(other.name, self.now, memory))
        self.settle()

    def settle(self) -> None:
        """Deliver until all is said; then let some seconds pass."""
        for _ in range(3):
            while self._under_way:
                home, frame = self._under_way.popleft()
                other = self.ben if home is self.ann else self.ann
                home.apply(home.replica.receive(other.name, frame, self.now))
            self.now = Now(self.now.wall_ms + SYNCED_EVERY_MS, self.now.mono_ms + SYNCED_EVERY_MS)
            for home in (self.ann, self.ben):
                home.apply(home.replica.tick(self.now))

    def case(self, name: str) -> Case:
        """The session so far; the next begins afresh."""
        assert not self._under_way
        log, self.log = self.log, []
        state = self.ben.store.feed(self.ann.feed.public)
        held = [] if state is None else [[part.first, part.last] for part in state.held]
        feed = {"feed": self.ann.feed.public, "entries": held}
        return (
            {"name": name, "ann": self.ann.account, "ben": self.ben.account}
            | feed
            | {"frames": log}
        )


def make() -> list[Case]:
    """One after the other, of the same two nodes."""
    links = Links()
    ann, ben = links.ann, links.ben
    ann.publish([write_body(Post(f"Post number {n}.")) for n in range(1, 4)])
    ben.store.follow(ann.account, None, AT)
    cases = []
    links.connect()
    cases.append(links.case("first meeting"))

    ann.post("Live.")
    links.settle()
    cases.append(links.case("a post while both are there") | {"follows": cases[-1]["name"]})

    links.connect()
    cases.append(links.case("again, with nothing new"))

    ann.publish([write_body(Post("While you were away."))])
    links.connect()
    cases.append(links.case("again, with one post since"))

    ben.store.follow(KeyPair.from_seed(bytes([30]) * 32).public, None, links.now.wall_ms)
    links.connect()
    cases.append(links.case("again, with another account wanted"))

    _forget(ann)
    links.connect()
    cases.append(links.case("again, where ann has forgotten ben"))

    ann.revoke(4)
    links.settle()
    cases.append(
        links.case("ann ends her feed with its fourth entry") | {"follows": cases[-1]["name"]}
    )
    return cases


def _forget(home: Home) -> None:
    """Take up the same posts in a store of another epoch, as after a restore."""
    store = MemoryStore(bytes([99]) * 16)
    store.add_own(home.grant, AT)
    old, home.store = home.store, store
    (state,) = old.feeds_of(home.account)
    run = old.load(state.feed, 1, state.head)
    assert run is not None
    proven = home.verifier.verify(run)
    assert not isinstance(proven, Exception)
    store.append([proven], AT)
