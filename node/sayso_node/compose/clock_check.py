"""Doubts about the computer's clock, before something is dated by it.

Times along a feed never go back (docs/protocol.md, section 4). So one post that is written while
the clock is ahead dates all later posts of this device, until that time has come.
"""

from __future__ import annotations

from typing import Final

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _
from sayso_storage.interface.store import FeedState, Store
from sayso_storage.validation.arrival_time import DAY_MS, EARLIEST_MS

from ..errors import new_feed
from ..timestamps import time_text

TOLERANCE_MS: Final = 10 * 60_000
"""A clock that is put right by so much was not wrong."""

LONGEST_PAUSE_MS: Final = 180 * DAY_MS
"""A home that was not used for longer is rarer than a clock that is ahead."""


def clock_doubt(store: Store, now_ms: int) -> str | None:
    """Why the clock, or what was written by it, seems wrong, and what to do; None where nothing
    does. Raises `StoreError`."""
    says = _("the computer's clock says {time_text}").format(time_text=time_text(now_ms))
    own = store.own_feed()
    head_ms = own.held[-1].last_ms if own is not None and own.held else 0
    if now_ms < EARLIEST_MS:
        return _("{says}, which cannot be: set the clock").format(says=says)
    if own is not None and head_ms > now_ms + TOLERANCE_MS:
        return _before_head(says, own, head_ms)
    latest_ms = max(head_ms, store.latest_arrival_ms() or 0)
    if latest_ms > now_ms + TOLERANCE_MS:
        return _("{says}, but this home was last used at {time_text}: set the clock").format(
            says=says, time_text=time_text(latest_ms)
        )
    if latest_ms and now_ms - latest_ms > LONGEST_PAUSE_MS:
        days = (now_ms - latest_ms) // DAY_MS
        return _(
            "{says}, {n_day} after this home was last used: set the clock if "
            "it is ahead, since all later posts of this device would be dated so too"
        ).format(says=says, n_day=quantity(days, "day"))
    return None


def _before_head(says: str, own: FeedState, head_ms: int) -> str:
    until = time_text(head_ms)
    return _(
        "{says}, and your newest entry is dated {until}: either the clock is behind, and has to be "
        "set, or it was ahead then, and all posts of this device are dated so until that time "
        "comes. {new_feed}"
    ).format(says=says, until=until, new_feed=new_feed(key_text(own.feed)))
