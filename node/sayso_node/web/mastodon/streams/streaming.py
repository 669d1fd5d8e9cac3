"""Streams for apps: what comes is told as it comes, by WebSocket or as server-sent events."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import trio
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from ...access.grants import Token
from ...access.scopes import allows
from ...api.endpoint import CORS, failure, token_of
from ...context import WebContext
from ...disconnect import leave_with_client
from ...live import TooManyStreams
from ...request import context_of
from .event_feed import EventFeed, FeedEnded, open_feed
from .live_events import (
    OF_NOTIFICATIONS,
    OF_STATUSES,
    BadStream,
    Event,
    Subscription,
    subscription,
)

SEND_SECONDS: Final = 30.0
"""How long a client may leave an event lying."""
MAX_SUBSCRIPTIONS: Final = 20
MAX_MESSAGE: Final = 4096
SCOPES: Final = (OF_STATUSES, OF_NOTIFICATIONS)
"""An app has one of these; what the other is for it is not told."""


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
    return ServerSentEvents(context, wanted, _secret(request))


class ServerSentEvents(Response):
    """Events of one stream (WHATWG HTML, section 9.2), until the client leaves or the feed ends."""

    def __init__(self, context: WebContext, wanted: Subscription, secret: str) -> None:
        headers = {"x-accel-buffering": "no", **CORS}
        super().__init__(media_type="text/event-stream", headers=headers)
        del self.headers["content-length"]
        self._context = context
        self._wanted = wanted
        self._secret = secret

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer. Raises `TooManyStreams`."""
        async with (
            open_feed(self._context, [self._wanted], self._secret) as feed,
            trio.open_nursery() as nursery,
        ):
            nursery.start_soon(leave_with_client, receive, nursery.cancel_scope)
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            with suppress(FeedEnded):
                text = ":)\n"
                while await _sent(send, text):
                    events = await feed.next()
                    text = "".join(_line(one) for one in events) or ":thump\n"
                nursery.cancel_scope.cancel()
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            nursery.cancel_scope.cancel()


def _line(event: Event) -> str:
    return f"event: {event.name}\ndata: {event.payload}\n\n"


async def _sent(send: Send, text: str) -> bool:
    """Whether the client took it in time."""
    with trio.move_on_after(SEND_SECONDS) as scope:
        await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
    return not scope.cancelled_caught


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
        with suppress(WebSocketDisconnect, RuntimeError):
            with suppress(FeedEnded, TooManyStreams, trio.TooSlowError):
                async with open_feed(context, wanted, secret) as feed:
                    await _tell(socket, feed)
            with trio.move_on_after(SEND_SECONDS):
                await socket.close(1001)
        nursery.cancel_scope.cancel()


async def _tell(socket: WebSocket, feed: EventFeed) -> None:
    while True:
        for one in await feed.next():
            message = {"stream": one.stream, "event": one.name, "payload": one.payload}
            with trio.fail_after(SEND_SECONDS):
                await socket.send_text(json.dumps(message))


async def _take_messages(
    socket: WebSocket, wanted: list[Subscription], scope: trio.CancelScope
) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                break
            try:
                _take(message.get("text") or "", wanted)
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
    if found is None or not found.owner:
        return None
    return found if any(allows(found.scopes, one) for one in SCOPES) else None
