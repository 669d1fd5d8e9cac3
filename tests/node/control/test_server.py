"""The control socket: private, patient with nobody, harmless to the node."""

from __future__ import annotations

import json
import os
import socket
import stat
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import trio
from tests.budget import long

from sayso_node.control.client import is_running, notify, request
from sayso_node.control.server import (
    MAX_CLIENTS,
    REQUEST_SECONDS,
    answered,
    control_listener,
    control_socket,
)
from sayso_node.errors import ControlError, NotFound
from sayso_node.home.directory import Home
from sayso_protocol.errors import BadShape
from sayso_storage.interface.store import StoreFull


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.prepare()
    return made


class Recorder:
    """Actions that remember what they were asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    async def echo(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(asked)
        return {"echo": asked.get("word")}

    async def fail(self, _: dict[str, Any]) -> dict[str, Any]:
        raise NotFound("there is no such thing")

    async def fill(self, _: dict[str, Any]) -> dict[str, Any]:
        raise StoreFull("no space left")

    async def break_down(self, asked: dict[str, Any]) -> dict[str, Any]:
        raise FAULTS[asked["fault"]]

    async def tell_bytes(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"echo": b"no JSON"}


FAULTS: list[Exception] = [
    KeyError("peer"), ValueError("no digits"), TypeError("no number"), OverflowError("too large"),
    OSError(24, "Too many open files"), trio.BrokenResourceError("gone"), BadShape("nonsense"),
]  # fmt: skip


@asynccontextmanager
async def listening(home: Home) -> AsyncIterator[Recorder]:
    recorder = Recorder()
    actions = {
        "echo": recorder.echo,
        "fail": recorder.fail,
        "fill": recorder.fill,
        "changed": recorder.echo,
        "break down": recorder.break_down,
        "tell bytes": recorder.tell_bytes,
    }
    async with control_socket(home, actions):
        yield recorder


async def ask(home: Home, do: str, **fields: Any) -> dict[str, Any]:
    return await trio.to_thread.run_sync(lambda: request(home, do, **fields))


async def test_a_request_is_answered(home: Home) -> None:
    async with listening(home):
        assert await ask(home, "echo", word="ü") == {"echo": "ü"}


async def test_a_node_that_is_about_to_start_answers_once_it_has(home: Home) -> None:
    recorder, answers = Recorder(), []

    async def ask_early() -> None:
        answers.append(await ask(home, "echo", word="early"))

    async with trio.open_nursery() as nursery, control_listener(home) as requests:
        nursery.start_soon(ask_early)
        await trio.sleep(0.2)
        assert await trio.to_thread.run_sync(is_running, home)
        assert not answers
        async with answered(requests, {"echo": recorder.echo}):
            with trio.fail_after(60):
                while not answers:
                    await trio.sleep(0.01)
    assert answers == [{"echo": "early"}]
    assert not home.control.exists()


async def test_a_refusal_is_an_error_with_its_text(home: Home) -> None:
    async with listening(home):
        with pytest.raises(ControlError, match="no such thing"):
            await ask(home, "fail")
        with pytest.raises(ControlError, match="no space left"):
            await ask(home, "fill")
        with pytest.raises(ControlError, match="does not know"):
            await ask(home, "unheard of")


@pytest.mark.parametrize("fault", range(len(FAULTS)))
async def test_a_request_that_fails_in_an_unforeseen_way_ends_nothing_else(
    home: Home, fault: int
) -> None:
    async with listening(home):
        with pytest.raises(ControlError, match="its log says how"):
            await ask(home, "break down", fault=fault)
        assert await ask(home, "echo", word=1) == {"echo": 1}


async def test_an_answer_that_cannot_travel_ends_nothing_else(home: Home) -> None:
    async with listening(home):
        with pytest.raises(ControlError, match="its log says how"):
            await ask(home, "tell bytes")
        assert await ask(home, "echo", word=1) == {"echo": 1}


async def test_a_nudge_arrives_and_nobody_waits_for_it(home: Home) -> None:
    async with listening(home) as recorder:
        await trio.to_thread.run_sync(notify, home, "entries")
        with trio.fail_after(60):
            while not recorder.asked:
                await trio.sleep(0.01)
    assert recorder.asked == [{"do": "changed", "what": "entries"}]


def test_without_a_node_a_nudge_is_nothing_and_a_request_says_so(home: Home) -> None:
    notify(home, "all")
    assert not is_running(home)
    with pytest.raises(ControlError, match="sayso run"):
        request(home, "status")


async def test_the_socket_is_private_and_gone_afterwards(home: Home) -> None:
    async with listening(home):
        assert home.control.stat().st_mode & 0o777 == 0o600
        assert home.path.stat().st_mode & 0o777 == 0o700
    assert not home.control.exists()


async def test_a_socket_left_by_a_crash_is_replaced(home: Home) -> None:
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(str(home.control))
    stale.close()
    async with listening(home):
        assert await ask(home, "echo", word=1) == {"echo": 1}


async def test_a_home_with_a_long_name_works(tmp_path: Path) -> None:
    home = Home(tmp_path / ("long" * 30))
    home.prepare()
    async with listening(home):
        assert await ask(home, "echo", word="far down") == {"echo": "far down"}


@pytest.mark.parametrize("garbage", [b"\xff\xfe\n", b"[1, 2]\n", b"{}\n", b"no end", b""])
async def test_garbage_harms_nobody(home: Home, garbage: bytes) -> None:
    async with listening(home) as recorder:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(home.control))
            client.sendall(garbage)
        assert await ask(home, "echo", word=2) == {"echo": 2}
    assert len(recorder.asked) == 1


async def test_a_client_that_says_nothing_is_left(
    home: Home, autojump_clock: trio.testing.MockClock
) -> None:
    async with listening(home):
        stream = await trio.open_unix_socket(str(home.control))
        async with stream:
            await trio.sleep(REQUEST_SECONDS + 1)
            assert await stream.receive_some(10) == b""


async def test_a_long_answer_arrives_whole(home: Home) -> None:
    async with listening(home):
        word = "long " * 100_000
        assert await ask(home, "echo", word=word) == {"echo": word}


@long
async def test_clients_that_do_not_read_their_answers_are_left(home: Home) -> None:
    """As many as are heard at once; the next is answered all the same."""
    async with listening(home), AsyncExitStack() as stack:
        word = json.dumps({"do": "echo", "word": "long " * 100_000}).encode() + b"\n"
        for _ in range(MAX_CLIENTS):
            client = await stack.enter_async_context(await trio.open_unix_socket(str(home.control)))
            await client.send_all(word)
        with trio.fail_after(2 * REQUEST_SECONDS + 60):
            assert await ask(home, "echo", word="next") == {"echo": "next"}


@pytest.fixture
def home_for_all_to_enter() -> Iterator[Home]:
    """A home that the modes let everybody into; the directory for tests is its user's alone."""
    with TemporaryDirectory() as place:
        if any(not one.stat().st_mode & stat.S_IXOTH for one in Path(place).parents):
            pytest.skip("the directory for temporary files is private")
        made = Home(Path(place) / "home")
        made.prepare()
        for path in (made.path, Path(place)):
            path.chmod(0o755)
        yield made


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
async def test_another_user_is_turned_away_even_where_the_modes_let_him_in(
    home_for_all_to_enter: Home,
) -> None:
    home = home_for_all_to_enter
    script = (
        "import os, socket, sys; os.setgid(65534); os.setuid(65534);"
        "s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]);"
        's.sendall(b\'{"do": "echo"}\\n\'); s.settimeout(5); sys.exit(len(s.recv(100)))'
    )
    async with listening(home) as recorder:
        home.path.chmod(0o755)
        home.control.chmod(0o666)
        line = [sys.executable, "-S", "-c", script, str(home.control)]
        done = await trio.run_process(line, check=False, capture_stderr=True)
    cut_off = b"ConnectionResetError" in done.stderr or b"BrokenPipeError" in done.stderr
    assert done.returncode == 0 or cut_off, done.stderr
    assert recorder.asked == []
