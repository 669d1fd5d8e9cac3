"""The stream by which an open page hears that something has come."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

import trio
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from ..live import MAX_STREAMS
from ..request import context_of, session_of

HEARTBEAT_SECONDS: Final = 15.0
"""Within which a client that is gone is noticed."""

RETRY_MS: Final = 3000


async def live_stream(request: Request) -> Response:
    """Server-sent events (WHATWG HTML, section 9.2): the newest arrival, at once and whenever there
    is another."""
    session_of(request)
    context = context_of(request)
    if context.live.count >= MAX_STREAMS:
        return Response("Too many pages are open.\n", 503, {"retry-after": "30"})

    async def events() -> AsyncIterator[bytes]:
        async with context.live.open() as arrivals:
            now = context.store.last_arrival()
            yield f"retry: {RETRY_MS}\nevent: arrival\ndata: {now}\n\n".encode()
            while True:
                with trio.move_on_after(HEARTBEAT_SECONDS) as waited:
                    try:
                        newest = await arrivals.receive()
                    except trio.EndOfChannel:
                        return
                if waited.cancelled_caught:
                    yield b":\n\n"
                else:
                    yield f"event: arrival\ndata: {newest}\n\n".encode()

    return StreamingResponse(events(), media_type="text/event-stream")
