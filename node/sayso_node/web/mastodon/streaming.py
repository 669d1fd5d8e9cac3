"""Streams for apps: what comes is told as it comes, by WebSocket or as server-sent events."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Final

import trio
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from ..access.grants import Token
from ..access.scopes import allows
from ..api.endpoint import CORS, failure, token_of
from ..context import WebContext
from ..live import TooManyStreams
from ..request import context_of
from .live_events import BadStream, Event, Subscription, read_events, subscription

HEARTBEAT: Final = 15.0
"""Seconds without an event after which a stream says that it is there."""
MAX_SUBSCRIPTIONS: Final = 20
MAX_MESSAGE: Final = 4096
SCOPE: Final = "read:statuses"


async def health(_: Request) -> Response:
    """Whether there are streams."""
    return PlainTextResponse("OK")


async def server_sent(request: Request) -> Response:
    """One stream as server-sent events."""
    token = _token(request)
    if token is None:
        return failure(401, "Missing access token")
    name = str(request.path_params.get("name", "")).strip("/").replace("/", ":")
    query = request.query_params
    try:
        wanted = subscription(
            name or query.get("stream", ""), tag=query.get("tag"), list_id=query.get("list")
        )
    except BadStream as error:
        return failure(400, str(error))
    context = context_of(request)
    if context.live.is_full:
        return failure(503, "Too many streams are open")

    async def lines() -> AsyncIterator[bytes]:
        yield b":)\n"
        async for events in _events(context, [wanted], _secret(request)):
            if not events:
                yield b":thump\n"
            for one in events:
                yield f"event: {one.name}\ndata: {one.payload}\n\n".encode()

    headers = {"cache-control": "no-store", "x-accel-buffering": "no", **CORS}
    return StreamingResponse(lines(), media_type="text/event-stream", headers=headers)


async def web_socket(socket: WebSocket) -> None:
    """Any streams, which the app subscribes to and ends as it likes."""
    offered: Sequence[str] = socket.scope.get("subprotocols") or []
    context, secret = context_of(socket), _secret(socket)
    if _token(socket) is None:
        await socket.close(1008, "Missing access token")
        return
    await socket.accept(subprotocol=offered[0] if offered else None)
    query = socket.query_params
    wanted = list[Subscription]()
    if query.get("stream"):
        with suppress(BadStream):
            wanted.append(
                subscription(query["stream"], tag=query.get("tag"), list_id=query.get("list"))
            )
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_take_messages, socket, wanted, nursery.cancel_scope)
        with suppress(WebSocketDisconnect, RuntimeError, TooManyStreams):
            async for events in _events(context, wanted, secret):
                for one in events:
                    message = {"stream": one.stream, "event": one.name, "payload": one.payload}
                    await socket.send_text(json.dumps(message))
            await socket.close(1001)
        nursery.cancel_scope.cancel()


async def _take_messages(
    socket: WebSocket, wanted: list[Subscription], scope: trio.CancelScope
) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):
        while True:
            text = await socket.receive_text()
            try:
                _take(text, wanted)
            except BadStream as error:
                await socket.send_text(json.dumps({"error": str(error), "status": 400}))
    scope.cancel()


def _take(text: str, wanted: list[Subscription]) -> None:
    try:
        said = json.loads(text) if len(text) <= MAX_MESSAGE else None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise BadStream("this is no message")
    about = subscription(
        str(said.get("stream", "")), tag=_text(said.get("tag")), list_id=_text(said.get("list"))
    )
    if said.get("type") == "unsubscribe":
        with suppress(ValueError):
            wanted.remove(about)
    elif said.get("type") != "subscribe":
        raise BadStream("subscribe or unsubscribe")
    elif about not in wanted:
        if len(wanted) >= MAX_SUBSCRIPTIONS:
            raise BadStream(f"at most {MAX_SUBSCRIPTIONS} streams at once")
        wanted.append(about)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


async def _events(
    context: WebContext, wanted: Sequence[Subscription], secret: str
) -> AsyncIterator[list[Event]]:
    """What comes for these streams, none of it after `HEARTBEAT` seconds without any; ends when the
    token is revoked or the server stops."""
    last = await context.read(context.store.last_arrival)
    async with context.live.open() as arrivals:
        while True:
            newest: int | None = None
            with trio.move_on_after(HEARTBEAT):
                try:
                    newest = await arrivals.receive()
                except trio.EndOfChannel:
                    return
            if context.grants.token(secret) is None:
                return
            events = list[Event]()
            if newest is not None and newest > last:
                events = await context.read(read_events, context, tuple(wanted), last, newest)
                last = newest
                if not events:
                    continue
            yield events


def _secret(connection: HTTPConnection) -> str:
    offered: Sequence[str] = connection.scope.get("subprotocols") or []
    return (
        token_of(connection)
        or connection.query_params.get("access_token")
        or (offered[0] if offered else "")
    )


def _token(connection: HTTPConnection) -> Token | None:
    """The owner's token of an app that may read."""
    found = context_of(connection).grants.token(_secret(connection))
    if found is None or not found.owner or not allows(found.scopes, SCOPE):
        return None
    return found
