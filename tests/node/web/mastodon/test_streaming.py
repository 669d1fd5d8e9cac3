"""Streams: what comes is told as it comes, to whoever may read, and to nobody else."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
from tests.budget import long
from tests.node.web.apps import App, Friend, app_of, let_in
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Ping,
    RejectConnection,
    Request,
    TextMessage,
)

from sayso_node.home.directory import Home
from sayso_protocol.content.body import Edit, Post, React, Retract
from sayso_storage.interface.store import Store


class Socket:
    """A WebSocket of an app."""

    def __init__(self, stream: trio.SocketStream) -> None:
        self._stream = stream
        self._ws = WSConnection(ConnectionType.CLIENT)
        self._events: list[Any] = []

    async def open(
        self, app: App, target: str, protocols: Sequence[str] = (), **headers: str
    ) -> Any:
        more = [(name.encode(), value.encode()) for name, value in headers.items()]
        request = Request(app.host, target, subprotocols=list(protocols), extra_headers=more)
        await self._stream.send_all(self._ws.send(request))
        return await self.next()

    async def say(self, **message: str) -> None:
        await self._stream.send_all(self._ws.send(TextMessage(json.dumps(message))))

    async def say_bytes(self, data: bytes) -> None:
        await self._stream.send_all(self._ws.send(BytesMessage(data)))

    async def next(self) -> Any:
        with trio.fail_after(60):
            while not self._events:
                self._ws.receive_data(await self._stream.receive_some(65536) or None)
                found = list(self._ws.events())
                for one in found:
                    if isinstance(one, Ping):
                        await self._stream.send_all(self._ws.send(one.response()))
                self._events = [one for one in found if not isinstance(one, Ping)]
        return self._events.pop(0)

    async def told(self) -> tuple[list[str], str, Any]:
        """The stream, the name and the payload of the next event."""
        text = ""
        while True:
            event = await self.next()
            assert isinstance(event, TextMessage), event
            text += event.data
            if event.message_finished:
                said = json.loads(text)
                return said["stream"], said["event"], json.loads(said["payload"])


@asynccontextmanager
async def _socket(app: App) -> AsyncIterator[Socket]:
    async with await app.at.open() as stream:
        yield Socket(stream)


@long
async def test_what_comes_is_told(home: Home, store: Store) -> None:
    anna = Friend(store, "anna", "anna")
    async with app_of(home, store) as app:
        mine = await app.post("/api/v1/statuses", {"status": "mine"})
        [own] = store.arrived_after(int(mine["id"]) - 1, 1)
        async with _socket(app) as socket:
            target = f"/api/v1/streaming?stream=user&access_token={app.token}"
            assert isinstance(await socket.open(app, target), AcceptConnection)
            await _until_open(app, 1)
            [post] = anna.says(Post("hello #sea", tags=("sea",)))
            assert (await socket.told())[:2] == (["user"], "update")
            anna.says(Edit(post.reference, post.reference, "hello again"))
            stream, name, status = await socket.told()
            assert (name, status["id"]) == ("status.update", str(post.arrival))
            anna.says(React(own.reference, "❤️"))
            stream, name, one = await socket.told()
            assert (name, one["type"], one["status"]["id"]) == (
                "notification",
                "favourite",
                mine["id"],
            )
            await socket.say(type="subscribe", stream="hashtag", tag="SEA")
            await socket.say(type="subscribe", stream="nothing")
            assert "error" in json.loads((await socket.next()).data)
            await socket.say(type="unsubscribe", stream="user")
            await socket.say(type="subscribe", stream="nothing")
            assert "error" in json.loads((await socket.next()).data)  # so the others were taken
            anna.says(Post("elsewhere"), Post("by the #sea", tags=("sea",)))
            stream, name, status = await socket.told()
            assert (stream, name) == (["hashtag", "SEA"], "update")
            assert "by the" in status["content"]
            anna.says(Retract((post.reference,)))
            assert await socket.told() == (["hashtag", "SEA"], "delete", post.arrival)


async def _until_open(app: App, count: int) -> None:
    """A stream looks from the moment on at which it is open."""
    with trio.fail_after(60):
        while app.at.context.live.count < count:
            await trio.lowlevel.checkpoint()


@long
@pytest.mark.parametrize("way", ["query", "protocol", "header"])
async def test_the_token_may_stand_in_three_places(home: Home, store: Store, way: str) -> None:
    async with app_of(home, store) as app, _socket(app) as socket:
        target = "/api/v1/streaming/?stream=public"
        if way == "query":
            opened = await socket.open(app, f"{target}&access_token={app.token}")
        elif way == "protocol":
            opened = await socket.open(app, target, [app.token])
            assert opened.subprotocol == app.token
        else:
            opened = await socket.open(app, target, Authorization=f"Bearer {app.token}")
        assert isinstance(opened, AcceptConnection)


async def test_nobody_else_listens(home: Home, store: Store) -> None:
    async with app_of(home, store) as app:
        lists = let_in(app.at, "read:lists")
        alone = app.at.context.grants.give(app.client_id, ["read"], owner=False)
        for token in ("", "wrong", lists.token, alone):
            async with _socket(app) as socket:
                target = f"/api/v1/streaming?stream=user&access_token={token}"
                assert isinstance(await socket.open(app, target), RejectConnection)
                path = f"/api/v1/streaming/user?access_token={token}"
                assert await app.refused_without_token("GET", path) == 401
        cookie = await app.at.cookie()
        async with _socket(app) as socket:
            opened = await socket.open(app, "/api/v1/streaming?stream=user", Cookie=cookie)
            assert isinstance(opened, RejectConnection)


@long
@pytest.mark.parametrize("scope", ["read:statuses", "read:notifications"])
async def test_no_more_is_told_than_may_be_read(home: Home, store: Store, scope: str) -> None:
    anna = Friend(store, "anna")
    async with app_of(home, store) as owner:
        await owner.post("/api/v1/statuses", {"status": "mine"})
        [own] = store.arrived_after(0, 1)
        app = let_in(owner.at, scope)
        async with _socket(app) as socket:
            target = f"/api/v1/streaming?stream=user&access_token={app.token}"
            assert isinstance(await socket.open(app, target), AcceptConnection)
            await _until_open(app, 1)
            told = list[str]()
            for text in ("one", "two"):  # the second comes behind all that is told of the first
                anna.says(Post(text, reply=own.reference))
                told.append((await socket.told())[1])
            assert set(told) == {"update" if scope == "read:statuses" else "notification"}


@long
async def test_what_is_no_text_is_said_to_be_none(
    home: Home, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    async with app_of(home, store) as app, _socket(app) as socket:
        await socket.open(app, f"/api/v1/streaming?access_token={app.token}")
        await socket.say_bytes(b"\x00\xff")
        assert json.loads((await socket.next()).data) == {
            "error": "this is no message",
            "status": 400,
        }
    assert not caplog.records


@long
async def test_a_stream_ends_with_its_token(home: Home, store: Store) -> None:
    anna = Friend(store, "anna")
    async with app_of(home, store) as app, _socket(app) as socket:
        await socket.open(app, f"/api/v1/streaming?stream=user&access_token={app.token}")
        await _until_open(app, 1)
        app.at.context.grants.revoke(app.token, app.client_id)
        anna.says(Post("for others"), Post("and more"))
        assert isinstance(await socket.next(), CloseConnection)


async def test_server_sent_events(home: Home, store: Store) -> None:
    anna = Friend(store, "anna")
    async with app_of(home, store) as app, await app.at.open() as stream:
        line = f"GET /api/v1/streaming/public/local?access_token={app.token} HTTP/1.1\r\n"
        await stream.send_all(f"{line}Host: {app.host}\r\n\r\n".encode())
        await _until_open(app, 1)
        anna.says(Post("hello"))
        said = b""
        with trio.fail_after(60):
            while b"\n\n" not in said.partition(b"event: update\n")[2]:
                said += await stream.receive_some(65536)
        assert b"text/event-stream" in said
        assert b"<p>hello</p>" in said
        for name in ("nothing", "hashtag", "list"):
            path = f"/api/v1/streaming/{name}"
            assert await app.refused("GET", path) == 400
