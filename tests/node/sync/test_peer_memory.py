"""The memory of peers, written by several tasks at once."""

from __future__ import annotations

import time
from typing import Any

import pytest
import trio

from sayso_node.sync.known_peers.peer_memory import PeerMemory
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_storage.memory.store import MemoryStore

PEER = peer_id_of_key(bytes(32))


async def test_what_is_forgotten_while_it_is_written_stays_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = MemoryStore(bytes(16))
    memory = await PeerMemory.load(store)
    write, written = store.save_known_peers, trio.Event()
    token = trio.lowlevel.current_trio_token()

    def write_slowly(rows: list[Any], gone: list[str]) -> None:
        if rows:
            token.run_sync_soon(written.set)
            time.sleep(0.2)
        write(rows, gone)

    monkeypatch.setattr(store, "save_known_peers", write_slowly)
    memory.book.choose_peer(PEER)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(memory.save)
        await written.wait()
        assert memory.book.forget(PEER)
        await memory.save()
    assert store.known_peers() == []
