"""Entries signed as the next ones of a feed."""

from __future__ import annotations

from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.feed.run import Run, sign_run
from sayso_storage.interface.store import FeedState


def continue_feed(feed: KeyPair, state: FeedState, bodies: list[bytes], now: int) -> Run:
    """Sign bodies as the entries that come after what a feed holds, at the time `now` in Unix
    milliseconds."""
    head = state.held[-1] if state.held else None
    if head is None:
        return sign_run(feed, 1, None, [now] * len(bodies), bodies)
    # A clock that was set back must not make a feed whose times decrease.
    time_ms = max(now, head.last_ms)
    return sign_run(feed, head.last + 1, head.top, [time_ms] * len(bodies), bodies)
