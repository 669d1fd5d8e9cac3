"""Sends to a peer what waits for it; what it asked for is read from the store in its turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final

import trio

from sayso_protocol.feed.run import RawRun
from sayso_protocol.sync.replica import Replica
from sayso_protocol.sync.wire.frame_codec import encode_frame
from sayso_protocol.sync.wire.frames import Ask, Entries, Miss
from sayso_storage.interface.store import Store

from .peer_connection import PeerConnection
from .relay_policy import RelayPolicy
from .snapshot import relayed_run

ANSWER_BYTES: Final = 64 * 1024
"""Encoded answers that are read from the store at a time, if one alone is not longer."""


class Responder:
    """Writes to all sessions of an engine; one task for each."""

    def __init__(self, store: Store, replica: Replica, relay_policy: RelayPolicy) -> None:
        self._store = store
        self._relay_policy = relay_policy
        self._replica = replica

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
            answers = await trio.to_thread.run_sync(self._some_answers, waiting)
            for number, data, entries in answers:
                peer = self._replica.peers.get(session.name)
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
        run = None if self._is_withheld(ask.feed) else self._run_for(ask)
        if run is None:
            return encode_frame(Miss([ask.number])), 0
        return encode_frame(Entries(ask.number, run)), len(run.times)

    def _run_for(self, ask: Ask) -> RawRun | None:
        withheld = self._relay_policy.withheld_within(ask.feed, ask.first, ask.last)
        return relayed_run(self._store, ask.feed, ask.first, ask.last, withheld)

    def _is_withheld(self, feed: bytes) -> bool:
        """Whether nobody is to have it; of an account that is not carried the rules are asked."""
        withheld = self._replica.withholds(feed)
        if withheld is not None:
            return withheld
        state = self._store.feed(feed)
        return state is not None and bool(self._relay_policy.dropped([state.account]))
