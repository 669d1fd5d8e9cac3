"""The stream by which an open page hears that something has come."""

from __future__ import annotations

from typing import Final

import trio
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ..context import WebContext
from ..disconnect import leave_with_client
from ..request import context_of, session_of

HEARTBEAT_SECONDS: Final = 15.0
"""Within which a client that is gone is noticed."""

RETRY_MS: Final = 3000


async def live_stream(request: Request) -> LiveStream:
    """Server-sent events (WHATWG HTML, section 9.2): the newest arrival, at once and whenever there
    is another."""
    session_of(request)
    return LiveStream(context_of(request))


class LiveStream(Response):
    """Events until the client leaves, the server stops, or the client is too slow."""

    def __init__(self, context: WebContext) -> None:
        super().__init__(media_type="text/event-stream")
        del self.headers["content-length"]
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer. Raises `TooManyStreams`."""
        async with self._context.live.open() as arrivals, trio.open_nursery() as nursery:
            nursery.start_soon(leave_with_client, receive, nursery.cancel_scope)
            await self._tell(arrivals, send)
            nursery.cancel_scope.cancel()

    async def _tell(self, arrivals: trio.MemoryReceiveChannel[int], send: Send) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        now = self._context.store.last_arrival()
        event = f"retry: {RETRY_MS}\nevent: arrival\ndata: {now}\n\n"
        while event:
            await send(_body(event, more=True))
            event = await _next_event(arrivals)
        await send(_body("", more=False))


async def _next_event(arrivals: trio.MemoryReceiveChannel[int]) -> str:
    """The next event, a comment where none comes for long, or nothing at the end."""
    with trio.move_on_after(HEARTBEAT_SECONDS):
        try:
            return f"event: arrival\ndata: {await arrivals.receive()}\n\n"
        except trio.EndOfChannel:
            return ""
    return ":\n\n"


def _body(text: str, *, more: bool) -> dict[str, object]:
    return {"type": "http.response.body", "body": text.encode(), "more_body": more}
