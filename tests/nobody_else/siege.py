"""A node under siege, one act after the other.

The engine runs as it always does, but for its worker threads: what they would do is done at
once, so that a program of acts has one outcome, and a failing one can be made smaller.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import trio
import trio.testing
from tests.node.support import Person

from sayso_node.clock import now_ms
from sayso_node.network.link import Link
from sayso_node.sim.owners.owner import EVERYTHING
from sayso_protocol.accounts.statement import sign_revoke, sign_rotate
from sayso_protocol.content.body import Post, write_body
from sayso_protocol.crypto.hashing import blinded
from sayso_protocol.errors import Refused
from sayso_protocol.feed.fork import fork_of
from sayso_protocol.feed.run import RawRun, Run, sign_run, verify_run
from sayso_protocol.sync.interest import day_of
from sayso_protocol.sync.wire.frame_codec import encode_frame
from sayso_protocol.sync.wire.frames import Entries, Frame, Hello, Say, Want
from sayso_storage.interface.store import FeedState

from .acts import Act, Forges, Forks, Scene, Sends, States, Throws, Waits, Writes
from .besieged import Besieged, Decided


class Siege:
    """Strangers and the lines over which they speak to the node of a `Besieged` owner."""

    def __init__(self, owner: Besieged) -> None:
        self.owner = owner
        self.people = owner.people
        self._begin()
        self.engine = owner.engine()
        self._lines: dict[str, trio.abc.Stream] = {}
        self._ended: set[bytes] = set()
        """Feeds of which their own account has said that they end."""

    def _begin(self) -> None:
        """What is there before anybody is hostile."""
        self.people["ben"].post("hello", "beans", "casino night", "cats and beans")
        self.people["oscar"].post("cats", "dogs")
        for name in ("ben", "mallory", "oscar", "lena", "zed"):
            person = self.people[name]
            self.owner.store.add_grant(person.grant)
            if name != "zed":
                self.owner.store.append([verify_run(run_of(person))], now_ms())

    async def run(self, acts: Sequence[Act], clock: trio.testing.MockClock) -> None:
        """Do all acts, and look at what is the owner's after each. Raises `Decided`."""
        found: list[Decided] = []
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.engine.run)
            try:
                self.owner.insist()
                for act in acts:
                    with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
                        await self._do(act, nursery, clock)
                    await self._settle(clock, 2.0)
                    self.owner.insist()
                    self._look_at_ends()
            except Decided as error:
                found.append(error)
            nursery.cancel_scope.cancel()
        self.owner.met |= {"refused"} if self.engine.ingest.stats.refused else set()
        if found:
            raise found[0]

    async def _settle(self, clock: trio.testing.MockClock, seconds: float) -> None:
        """Let happen what was caused, and what is due within some seconds."""
        await trio.testing.wait_all_tasks_blocked()
        clock.jump(seconds)
        await trio.testing.wait_all_tasks_blocked()

    def _look_at_ends(self) -> None:
        """No feed has ended but by the word of its own account, and the own feed stands."""
        for person in self.people.values():
            state = self.owner.store.feed(person.feed)
            if state is not None and state.end is not None and person.feed not in self._ended:
                raise Decided(f"{person.name}'s feed was ended by somebody else")
            if state is not None:
                self.owner.met |= {"ended"} if state.end else set()
                self.owner.met |= {"forked"} if state.forked_at else set()

    # --- acts ----------------------------------------------------------------------------

    async def _do(self, act: Act, nursery: trio.Nursery, clock: trio.testing.MockClock) -> None:
        if isinstance(act, Waits):
            if act.leaves in self._lines:
                await self._lines.pop(act.leaves).aclose()
            await self._settle(clock, act.seconds)
            return
        await self._say(act.by, self._bytes(act), nursery)

    def _bytes(self, act: Act) -> bytes:
        match act:
            case Writes():
                return frame_bytes(Entries(0, self._written(act)))
            case Forks():
                return self._forked(act)
            case Forges():
                return frame_bytes(Entries(0, self._forged(act)))
            case States():
                return frame_bytes(Say([self._stated(act)]))
            case Sends():
                return b"".join(map(frame_bytes, act.frames))
            case Throws():
                return act.data
        raise NotImplementedError(act)

    def _written(self, act: Writes) -> RawRun:
        person = self.people[act.who]
        scene = Scene(self.people, self.owner.store.arrived_after(0, EVERYTHING))
        bodies = [one.body(scene) for one in act.bodies]
        first = person.store.feed(person.feed).head + 1

        def sign(state: FeedState) -> Run:
            head = state.held[-1]
            times = [max(now_ms(), head.last_ms)] * len(bodies)
            return sign_run(person.feed_key, first, head.top, times, bodies)

        person.store.publish(sign, now_ms())
        return person.store.load(person.feed, first, first + len(bodies) - 1)

    def _forked(self, act: Forks) -> bytes:
        person = self.people[act.who]
        last = last_of(person)
        bodies = [write_body(Post("another story"))]
        other = sign_run(person.feed_key, last.first, last.previous, last.times, bodies)
        proof = fork_of(last, other) if act.proof else None
        return frame_bytes(Entries(0, other)) + (frame_bytes(Say([proof.wire])) if proof else b"")

    def _forged(self, act: Forges) -> RawRun:
        person = self.people[act.who]
        last = last_of(person)
        bodies = [write_body(Post("never signed"))]
        columns = last.feed, last.first, last.previous, last.times, bodies
        if act.signed_by is None:
            return RawRun(*columns, last.signatures)
        key = self.people[act.signed_by].feed_key
        signed = sign_run(key, last.first, last.previous, last.times, bodies)
        return RawRun(*columns, signed.signatures)

    def _stated(self, act: States) -> bytes:
        signer, of = self.people[act.signer], self.people[act.of or act.signer]
        head = of.store.feed(of.feed).head
        run = of.store.load(of.feed, 1, max(1, head - act.back))
        seq, end = run.last, verify_run(run).tip
        if signer is of:
            self._ended.add(of.feed)
        if act.rotates:
            return sign_rotate(signer.next_key, of.account, [(of.feed, seq, end)]).wire
        return sign_revoke(signer.account_key, of.feed, seq, end).wire

    # --- lines ---------------------------------------------------------------------------

    async def _say(self, peer: str, data: bytes, nursery: trio.Nursery) -> None:
        if self.engine.session_with(peer) is None:
            await self._connect(peer, nursery)
        await self._lines[peer].send_all(data)

    async def _connect(self, peer: str, nursery: trio.Nursery) -> None:
        here, self._lines[peer] = trio.testing.memory_stream_pair()
        nursery.start_soon(self.engine.serve, Link(peer, "/memory", False, here))
        day = day_of(now_ms())
        blinds = [blinded(one.account, day) for one in self.people.values()]
        hello = frame_bytes(Hello(1, "stranger/1", bytes(16)))
        await self._lines[peer].send_all(hello + frame_bytes(Want(day, blinds, False, bytes(16))))


def frame_bytes(frame: Frame) -> bytes:
    """A frame on the wire; nothing where it cannot be written."""
    try:
        return encode_frame(frame)
    except (Refused, ValueError, OverflowError):
        return b""


def run_of(person: Person) -> RawRun:
    """All that somebody has written, which is little."""
    return person.store.load(person.feed, 1, person.store.feed(person.feed).head)


def last_of(person: Person) -> RawRun:
    """The last entry that somebody has written."""
    head = person.store.feed(person.feed).head
    return person.store.load(person.feed, head, head)


def besiege(acts: Sequence[Act]) -> Besieged:
    """Do all acts to a new node. Raises `Decided`."""
    clock = trio.testing.MockClock()
    with TemporaryDirectory() as folder, patch("trio.to_thread.run_sync", _at_once):
        owner = Besieged(Path(folder) / "home")
        with owner.store:
            trio.run(Siege(owner).run, acts, clock, clock=clock)
        return owner


async def _at_once(work: Any, *arguments: Any, **_: Any) -> Any:
    await trio.lowlevel.checkpoint()
    return work(*arguments)
