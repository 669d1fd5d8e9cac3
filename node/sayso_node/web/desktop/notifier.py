"""Tells the owner, by the desktop or else the terminal's bell, of what others did to them."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Final

import trio

from sayso_protocol.quantity import quantity
from sayso_storage.interface.store import Store, StoreError

from ...accounts.name_text import SHORT_KEY, own_words
from ...clock import now_ms
from ...errors import NodeError
from ...home.directory import Home
from ...text.sanitize import foreign_line
from ...timeline.notifications import NotificationItem
from ...timeline.reader import TimelineReader
from .dbus import NoDesktop, show

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 2.0
PAUSE_SECONDS: Final = 10.0
"""Between one word to the owner and the next, whatever others do."""
ONE_BY_ONE: Final = 3
"""More than so many are told as a number."""
MOST: Final = 50
BACK_MS: Final = 86_400_000
"""What arrives now and is older than a day is no news."""
COLUMNS: Final = 120

_DID: Final = {
    "reply": "replied to you",
    "quote": "quoted you",
    "mention": "mentioned you",
    "react": "reacted to your post",
    "repost": "passed on your post",
    "follow": "follows you",
}

Show = Callable[[str, str], None]


def ring(_title: str, _text: str) -> None:
    """The bell of the terminal that the node was started in, if any."""
    if sys.stderr.isatty():
        sys.stderr.write("\a")
        sys.stderr.flush()


class Notifier:
    """See the module; `run` until cancelled. What rules hide is not told, and of what they fold, or
    what stands behind a warning, no text is."""

    def __init__(self, home: Home, store: Store, show: Show = show) -> None:
        self._home = home
        self._store = store
        self._show = show

    async def run(self) -> None:
        """Look for news, and tell of it."""
        last = await trio.to_thread.run_sync(self._store.last_arrival)
        while True:
            await trio.sleep(LOOK_SECONDS)
            try:
                last, told = await trio.to_thread.run_sync(self.tell_after, last)
            except (NodeError, StoreError) as error:
                log.warning("news are not told: %s", error)
                continue
            if told:
                await trio.sleep(PAUSE_SECONDS)

    def tell_after(self, arrival: int) -> tuple[int, bool]:
        """Tell what arrived after a place; gives the newest place, and whether there was anything.
        Blocks for some seconds at most. Raises `NodeError`, `StoreError`."""
        newest = self._store.last_arrival()
        news = self._news(arrival) if newest != arrival else []
        if news:
            self._tell(news)
        return newest, bool(news)

    def _news(self, after: int) -> list[NotificationItem]:
        reader = TimelineReader(self._store, self._home, has_node=lambda: True)
        return [
            one
            for one in reader.notifications(MOST, now_ms() - BACK_MS)
            if isinstance(one, NotificationItem)
            and one.item.entry is not None
            and one.item.entry.arrival > after
        ]

    def _tell(self, news: list[NotificationItem]) -> None:
        if len(news) > ONE_BY_ONE:
            told = [("sayso", f"{quantity(len(news), 'notification')}: `sayso notifications`")]
        else:
            told = [words_of(one) for one in reversed(news)]
        for title, text in told:
            try:
                self._show(title, text)
            except NoDesktop:
                ring(title, text)


def words_of(one: NotificationItem) -> tuple[str, str]:
    """The title and the text of one, safe to show. Whom the owner named stands behind an ``@``; the
    name that an account gave itself stands in quotation marks, with the beginning of its key."""
    name = one.item.name
    if name.petname:
        who = f"@{foreign_line(name.petname, COLUMNS)}"
    elif name.profile:
        said = foreign_line(own_words(foreign_line(name.profile, COLUMNS)))
        who = f"{said} ({one.item.author[:SHORT_KEY]})"
    else:
        who = one.item.author[:SHORT_KEY]
    title = f"{who} {_DID.get(one.kind, 'did something')}"
    if one.emoji is not None:
        return title, foreign_line(one.emoji, COLUMNS)
    if one.warn:
        return title, f"Warning: {foreign_line(one.warn, COLUMNS)}"
    if one.item.rules.folded is not None:
        return title, ""
    return title, foreign_line(one.item.text or "", COLUMNS)
