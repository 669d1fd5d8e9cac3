"""Sends to a peer what waits for it; what it asked for is read from the store in its turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from contextlib import closing
from itertools import islice
from typing import Final, NamedTuple

import trio

from sayso_protocol.feed.run import RawRun
from sayso_protocol.sync.budgets.costs import MISSED_US, RUN_ENTRY_US, RUN_US
from sayso_protocol.sync.budgets.egress import EgressBudget, Given
from sayso_protocol.sync.replica import Replica
from sayso_protocol.sync.wire.frame_codec import encode_frame
from sayso_protocol.sync.wire.frames import SYNC_1, Ask, Entries, Miss
from sayso_storage.interface.store import Store

from .peer_connection import PeerConnection
from .relay_policy import RelayPolicy
from .snapshot import relayed_entries

ANSWER_BYTES: Final = 64 * 1024
"""Encoded answers that are read from the store at a time, if one alone is not longer."""

ANSWERS: Final = 256
"""And so many of them at the most."""


class _Answer(NamedTuple):
    """The answer to the ask with a number, encoded; `run` is None where nothing is given."""

    number: int
    data: bytes
    run: RawRun | None


class Responder:
    """Writes to all sessions of an engine; one task for each."""

    def __init__(self, store: Store, replica: Replica, relay_policy: RelayPolicy) -> None:
        self._store = store
        self._relay_policy = relay_policy
        self._replica = replica
        self._budget = EgressBudget()

    async def write(self, session: PeerConnection) -> None:
        """Send what waits, until the session ends and nothing does.

        Raises `trio.BrokenResourceError` and `StoreError`."""
        while True:
            item = session.send_queue.take()
            if isinstance(item, bytes):
                await session.frames.send(item)
            elif item is not None:
                await self._send_answers(session, item)
            elif session.ending:
                return
            else:
                session.filled = trio.Event()
                await session.filled.wait()

    async def _send_answers(self, session: PeerConnection, asks: Sequence[Ask]) -> None:
        waiting = deque(asks)
        while waiting:
            answers = await trio.to_thread.run_sync(
                self._some_answers, waiting, session.link.sync_version
            )
            await self._send(session, answers)

    async def _send(self, session: PeerConnection, answers: Sequence[_Answer]) -> None:
        """Send answers as one piece: for each piece both sides encrypt, write and wake up."""
        piece: list[bytes] = []
        for answer in answers:
            peer = self._replica.peers.get(session.name)
            if peer is not None:
                peer.session.answered(answer.number)
            piece.append(answer.data)
            if answer.run is None:
                session.owed_us += MISSED_US
                continue
            session.sent += len(answer.run.times)
            pause_ms = self._reckon(session, answer.run, len(answer.data))
            if pause_ms is not None:
                await session.frames.send(b"".join(piece))
                piece.clear()
                session.repeated_ms += pause_ms
                await trio.sleep(pause_ms / 1000)
        if piece:
            await session.frames.send(b"".join(piece))

    def _reckon(self, session: PeerConnection, run: RawRun, size: int) -> float | None:
        """Let a peer pay for what it has had before; gives the milliseconds that it waits then."""
        given = given_to(self._replica, session.name, run, size, invited=session.link.outbound)
        now_ms = trio.current_time() * 1000
        pause_ms = self._budget.give(session.link.peer_id, session.network, given, now_ms)
        if pause_ms is not None:
            session.owed_us += RUN_US + RUN_ENTRY_US * len(run.times)
        return pause_ms

    def _some_answers(self, waiting: deque[Ask], version: int) -> list[_Answer]:
        """Answers to the first asks: as many as are worth a change of threads, and no more than may
        lie in memory for one peer."""
        answers: list[_Answer] = []
        size = 0
        asked = [(ask.feed, ask.first, ask.last) for ask in islice(waiting, ANSWERS)]
        with closing(self._store.load_each(asked)) as runs:
            for run in runs:
                answers.append(self._answer(waiting.popleft(), version, run))
                size += len(answers[-1].data)
                if size >= ANSWER_BYTES:
                    break
        return answers

    def _answer(self, ask: Ask, version: int, run: RawRun | None) -> _Answer:
        """The answer to an ask of which the store gave this run."""
        entries = None if self._is_withheld(ask.feed) else self._entries_for(ask, version, run)
        if entries is None:
            return _Answer(ask.number, encode_frame(Miss([ask.number]), version), None)
        return _Answer(ask.number, encode_frame(entries, version), entries.run)

    def _entries_for(self, ask: Ask, version: int, run: RawRun | None) -> Entries | None:
        if run is None:
            return None
        withheld = self._relay_policy.withheld_within(ask.feed, ask.first, ask.last)
        takes_proofs = version != SYNC_1
        return relayed_entries(self._store, ask, withheld, takes_proofs=takes_proofs, loaded=run)

    def _is_withheld(self, feed: bytes) -> bool:
        """Whether nobody is to have it; of an account that is not carried the rules are asked."""
        withheld = self._replica.withholds(feed)
        if withheld is not None:
            return withheld
        state = self._store.feed(feed)
        return state is not None and bool(self._relay_policy.dropped([state.account]))


def given_to(replica: Replica, session: str, run: RawRun, size: int, *, invited: bool) -> Given:
    """A run that a peer is given in `size` bytes. The own feed and peers that have given something
    themselves, or that this side has called (`invited`), come first."""
    peer = replica.peers.get(session)
    is_useful = invited or (peer is not None and peer.fetch.received > 0)
    favoured = is_useful or run.feed == replica.own_feed
    return Given(run.feed, run.first, run.last, replica.height(run.feed), size, favoured)
