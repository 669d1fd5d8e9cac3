"""Reach: asking the connected peers which of them hold an entry, and answering who asks.

Only peers that are connected are asked, and none of them asks further: what comes back is no
measure of how many hold a post, but the word of those who chose to give it.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import trio

from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.rates import Rates
from sayso_protocol.discovery.reach.acknowledgement import (
    NO_WORD,
    REACH_PROTOCOL,
    Acknowledgement,
    acknowledge,
    read_answer,
    read_question,
    write_question,
)
from sayso_protocol.discovery.reach.reach_limits import (
    MAX_PEERS_ASKED,
    MAX_REACH_MESSAGE,
    QUESTION_BURST,
    QUESTIONS_A_SECOND,
    REACH_SECONDS,
    TRACKED_NETWORKS,
)
from sayso_protocol.errors import Refused
from sayso_storage.interface.store import Store, StoreError

from ...clock import mono_ms, now_ms
from ...home.directory import Home
from ...home.node_key import node_seed
from ...hub.acknowledgement_choice import does_acknowledge
from ...network.link import DialError, Link, Network
from ...network.message_stream import receive_message, send_message
from ...sync.engine import Engine
from ...timestamps import time_text

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Reach:
    """What came of one question."""

    asked: int
    """Peers that were asked."""
    holders: list[Acknowledgement]
    wrong: int = 0
    """Answers that were no true word of their peer, and do not count."""

    def as_json(self) -> dict[str, object]:
        """The outcome for programs."""
        return {
            "holders": [
                {"peer": one.peer_id, "time": time_text(one.time_ms)} for one in self.holders
            ],
            "peers_asked": self.asked,
            "wrong": self.wrong,
        }


class ReachService:
    """Answers questions about entries, and asks them for the owner."""

    def __init__(
        self, home: Home, store: Store, engine: Engine, network: Network, *, is_hub: bool
    ) -> None:
        self._home = home
        self._store = store
        self._engine = engine
        self._network = network
        self._is_hub = is_hub
        self._key = KeyPair.from_seed(node_seed(home))
        self._rates = Rates(QUESTION_BURST, QUESTIONS_A_SECOND, TRACKED_NETWORKS)
        self.answered: Counter[str] = Counter()
        """Questions since the start: ``acknowledged``, ``silent``, ``refused``."""

    # --- what others ask -------------------------------------------------------------------

    async def answer(self, link: Link) -> None:
        """Answer the one question on a link."""
        with trio.move_on_after(REACH_SECONDS):
            try:
                entry_id = read_question(await receive_message(link.stream, MAX_REACH_MESSAGE))
                await send_message(link.stream, await self._answer(entry_id, link))
            except (Refused, trio.BrokenResourceError, trio.ClosedResourceError) as error:
                self.answered["refused"] += 1
                log.debug("no question about reach from %s: %s", link.peer_id, error)

    async def _answer(self, entry_id: bytes, link: Link) -> bytes:
        is_within = self._rates.spend(link.network or link.peer_id, mono_ms())
        if not is_within or not does_acknowledge(self._home, is_hub=self._is_hub):
            self.answered["silent"] += 1
            return NO_WORD
        if not await trio.to_thread.run_sync(self._gives, entry_id):
            self.answered["silent"] += 1
            return NO_WORD
        self.answered["acknowledged"] += 1
        return acknowledge(self._key, entry_id, link.peer_id, now_ms())

    def _gives(self, entry_id: bytes) -> bool:
        """Whether the entry is held and passed on: what the owner's rules withhold is not told
        of."""
        try:
            entry = self._store.entry(entry_id)
            if entry is None or entry.body is None or self._store.withheld_by(entry) is not None:
                return False
        except StoreError as error:
            log.warning("a question about reach is not answered: %s", error)
            return False
        return self._engine.replica.has(entry.feed, entry.seq, entry.seq) and not (
            self._engine.replica.withholds(entry.feed)
        )

    # --- what the owner asks ---------------------------------------------------------------

    async def ask(self, request: dict[str, Any]) -> Mapping[str, object]:
        """The request ``reach`` of the control socket: `id` in hexadecimal digits."""
        return (await self.reach_of(bytes.fromhex(str(request.get("id"))))).as_json()

    async def reach_of(self, entry_id: bytes) -> Reach:
        """Ask all connected peers at once."""
        peers = list(dict.fromkeys(one.link.peer_id for one in self._engine.sessions.values()))
        reach = Reach(len(peers[:MAX_PEERS_ASKED]), [])
        async with trio.open_nursery() as nursery:
            for peer in peers[:MAX_PEERS_ASKED]:
                nursery.start_soon(self._ask_one, peer, entry_id, reach)
        reach.holders.sort(key=lambda one: (one.time_ms, one.peer_id))
        return reach

    async def _ask_one(self, peer: str, entry_id: bytes, reach: Reach) -> None:
        with trio.move_on_after(REACH_SECONDS):
            try:
                link = await self._network.open_stream(f"/p2p/{peer}", REACH_PROTOCOL)
                async with link.stream:
                    await send_message(link.stream, write_question(entry_id))
                    data = await receive_message(link.stream, MAX_REACH_MESSAGE)
                word = read_answer(data, entry_id, peer, self._network.peer_id, now_ms())
            except (DialError, trio.BrokenResourceError, trio.ClosedResourceError) as error:
                log.debug("%s does not answer about reach: %s", peer, error)
            except Refused as error:
                reach.wrong += 1
                log.info("%s answered wrongly about reach: %s", peer, error)
            else:
                if word is not None:
                    reach.holders.append(word)
