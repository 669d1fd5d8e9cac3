"""Who holds an entry: whose word counts, and that nobody is made to give one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
import trio.testing

from sayso_node.accounts.creation import create_account
from sayso_node.clock import now_ms
from sayso_node.daemon.lookups.reach import ReachService
from sayso_node.home.directory import Home
from sayso_node.home.node_key import node_seed
from sayso_node.home.open_store import open_home
from sayso_node.hub.acknowledgement_choice import choose
from sayso_node.network.link import Link
from sayso_node.network.message_stream import receive_message, send_message
from sayso_node.sync.engine import Engine
from sayso_protocol.codec import encode
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_protocol.discovery.reach.acknowledgement import NO_WORD, read_answer, write_question
from sayso_protocol.discovery.reach.reach_limits import (
    MAX_REACH_MESSAGE,
    QUESTION_BURST,
    REACH_SECONDS,
)

ASKER = peer_id_of_key(KeyPair.from_seed(bytes([2]) * 32).public)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    create_account(made, "Ann", None)
    return made


@asynccontextmanager
async def service_of(home: Home, *, is_hub: bool) -> AsyncIterator[tuple[ReachService, bytes]]:
    """The service of a home, and an entry that it holds."""
    with open_home(home) as store:
        engine = Engine(store, "me", "test/1", lambda _: None)
        own = store.own_feed()
        assert own is not None
        service = ReachService(home, store, engine, None, is_hub=is_hub)  # type: ignore[arg-type]
        yield service, own.held[-1].top


async def asked(service: ReachService, data: bytes) -> bytes | None:
    here, there = trio.testing.memory_stream_pair()
    async with trio.open_nursery() as nursery:

        async def serve() -> None:
            await service.answer(Link(ASKER, "/memory", False, there, "192.0.2.0/24"))
            await there.aclose()

        nursery.start_soon(serve)
        await send_message(here, data)
        try:
            return await receive_message(here, MAX_REACH_MESSAGE)
        except trio.BrokenResourceError:
            return None


@pytest.mark.parametrize(
    ("is_hub", "choice", "gives"),
    [
        (False, None, False), (True, None, True), (False, True, True), (True, False, False),
        (False, False, False), (True, True, True),
    ],
)  # fmt: skip
async def test_it_is_the_owners_choice(
    home: Home, is_hub: bool, choice: bool | None, gives: bool
) -> None:
    if choice is not None:
        choose(home, acknowledges=choice)
    peer = peer_id_of_key(KeyPair.from_seed(node_seed(home)).public)
    async with service_of(home, is_hub=is_hub) as (service, entry):
        answer = await asked(service, write_question(entry))
        assert answer is not None
        word = read_answer(answer, entry, peer, ASKER, now_ms())
        assert (word is not None) == gives
        assert await asked(service, write_question(bytes(32))) == NO_WORD


@pytest.mark.parametrize("text", ["", "perhaps", "YES", "yes no", "\xff"])
async def test_a_choice_that_cannot_be_read_is_none(home: Home, text: str) -> None:
    home.acknowledges.write_bytes(text.encode("latin-1"))
    async with service_of(home, is_hub=False) as (service, entry):
        assert await asked(service, write_question(entry)) == NO_WORD


@pytest.mark.parametrize(
    "data", [b"", b"\xff", encode([1]), encode([1, b"x"]), encode([2, bytes(32)])]
)
async def test_garbage_has_no_answer(home: Home, data: bytes) -> None:
    async with service_of(home, is_hub=True) as (service, _):
        assert await asked(service, data) is None
        assert service.answered["refused"] == 1


async def test_who_asks_on_and_on_hears_nothing_any_more(home: Home) -> None:
    async with service_of(home, is_hub=True) as (service, entry):
        answers = [await asked(service, write_question(entry)) for _ in range(QUESTION_BURST + 3)]
        assert NO_WORD not in answers[:QUESTION_BURST]
        assert answers[QUESTION_BURST:] == [NO_WORD] * 3


async def test_who_says_nothing_is_left(home: Home, autojump_clock: trio.testing.MockClock) -> None:
    async with service_of(home, is_hub=True) as (service, _):
        _, there = trio.testing.memory_stream_pair()
        began = trio.current_time()
        await service.answer(Link(ASKER, "/memory", False, there))
        assert trio.current_time() - began == pytest.approx(REACH_SECONDS)
