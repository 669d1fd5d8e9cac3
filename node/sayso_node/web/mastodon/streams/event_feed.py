"""The feed of events for one stream of an app, which waits for what comes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

import trio

from ...context import WebContext
from .live_events import Event, Subscription, read_events

HEARTBEAT: Final = 15.0
"""Seconds without an event after which a stream says that it is there."""


class FeedEnded(Exception):
    """The token was revoked, the server stops, or the client was too slow."""


class EventFeed:
    """What comes for some streams, which may become others meanwhile, as long as the token `secret`
    counts."""

    def __init__(
        self,
        context: WebContext,
        wanted: Sequence[Subscription],
        secret: str,
        arrivals: trio.MemoryReceiveChannel[int],
        last: int,
    ) -> None:
        self._context = context
        self._wanted = wanted
        self._secret = secret
        self._arrivals = arrivals
        self._last = last

    async def next(self) -> list[Event]:
        """The next events; none after `HEARTBEAT` seconds without any. Raises `FeedEnded`."""
        end = trio.current_time() + HEARTBEAT
        while True:
            newest = await self._newest(end)
            token = self._context.grants.token(self._secret)
            if token is None:
                raise FeedEnded
            if newest is None:
                return []
            last, self._last = self._last, max(newest, self._last)
            if newest > last:
                events = await self._context.read(
                    read_events, self._context, tuple(self._wanted), token.scopes, last, newest
                )
                if events:
                    return events

    async def _newest(self, end: float) -> int | None:
        with trio.move_on_at(end):
            try:
                return await self._arrivals.receive()
            except trio.EndOfChannel as error:
                raise FeedEnded from error
        return None


@asynccontextmanager
async def open_feed(
    context: WebContext, wanted: Sequence[Subscription], secret: str
) -> AsyncIterator[EventFeed]:
    """What comes from now on. Raises `TooManyStreams`."""
    last = await context.read(context.store.last_arrival)
    async with context.live.open() as arrivals:
        yield EventFeed(context, wanted, secret, arrivals, last)
