"""Lists of entries that are no timeline: notifications, what a search finds, bookmarks."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import Response

from sayso_protocol.translation import _

from ...clock import now_ms
from ...errors import QueryError
from ...timeline.guests import GuestItem
from ...timeline.key_changes import KeyChangeItem
from ...timeline.notification_groups import grouped
from ...timeline.notifications import NotificationItem
from ...timeline.reader import TimelineRequest
from ...timeline.search import missing_share
from ...timeline.search_syntax import read_query
from ...timestamps import parse_time
from .entries.post_parts import PostParts
from .timeline_page import POSTS, place_of, place_text
from .visit import NOT_DONE, Visit

NOTIFICATIONS: Final = 50
MOST_NOTIFICATIONS: Final = 1000

DID: Final = {
    "reply": _("replied to you"),
    "quote": _("quoted you"),
    "mention": _("mentioned you"),
    "react": _("reacted"),
    "repost": _("reposted"),
    "follow": _("follows you"),
}

KEY_CHANGES: Final = {
    "key-changed": _("goes on under another key"),
    "device-added": _("has a new device"),
    "device-revoked": _("ended a device's feed"),
    "forked": _("has a feed with two histories"),
    "fork-ended": _("ended the feed that had two histories"),
}

MEANS: Final = {
    "key-changed": _("The new key was promised by the old one, and you follow it already."),
    "device-added": _(
        "You follow it, too. If its owner knows nothing of it, a key was stolen: ask."
    ),
    "device-revoked": _("What that device wrote later does not count. There is nothing to do."),
    "forked": _(
        "A home was copied, or a key stolen. Nothing is taken from it any more: tell its owner."
    ),
    "fork-ended": _("Everybody agrees on one history again. There is nothing to do."),
}

OWN_MEANS: Final = {
    "key-changed": _("To go on from this device: `sayso rotate --phrase-file F`"),
    "device-added": _(
        "If it is not yours: `sayso device list` shows it, `sayso device revoke KEY` "
        "ends it; then see `sayso rotate --help`"
    ),
    "device-revoked": _(
        "What it wrote later does not count. Was it not you? `sayso rotate --help`"
    ),
    "forked": _("A home was copied and used twice. `sayso device revoke KEY` ends it."),
    "fork-ended": _("Everybody agrees on one history again. There is nothing to do."),
}


def notifications_page(visit: Visit) -> Response:
    """Everything that others did to the own account, newest first."""
    unfiltered = bool(visit.asked("unfiltered"))
    asked = visit.asked("most")
    most = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else NOTIFICATIONS
    most = min(max(most, NOTIFICATIONS), MOST_NOTIFICATIONS)
    found = list(visit.reader(unfiltered=unfiltered).notifications(most))
    items = [one.item for one in found if isinstance(one, NotificationItem)]
    followed = {one.account for one in visit.store.subscriptions() if one.followed}
    more = min(most + 2 * NOTIFICATIONS, MOST_NOTIFICATIONS)
    return visit.render(
        "notifications.html",
        lines=[(_sort_of(one), one) for one in grouped(found, followed, unfold=unfiltered)],
        did=DID,
        key_changes=KEY_CHANGES,
        means=MEANS,
        own_means=OWN_MEANS,
        unfiltered=unfiltered,
        more=more if len(found) == most < MOST_NOTIFICATIONS else None,
        parts=PostParts(visit, items, unfold=unfiltered),
    )


def _sort_of(one: object) -> str:
    if isinstance(one, GuestItem):
        return "guest"
    return "key" if isinstance(one, KeyChangeItem) else "act"


def search_page(visit: Visit) -> Response:
    """A field; with `q` what it finds."""
    words, unfiltered = visit.asked("q").strip(), bool(visit.asked("unfiltered"))
    values: dict[str, Any] = {
        "q": words,
        "unfiltered": unfiltered,
        "mistake": "",
        "missing": None,
        "older": None,
    }
    if not words:
        return visit.render("search.html", items=[], parts=PostParts(visit, []), **values)
    try:
        asked = read_query(words)
        since = None if asked.since is None else parse_time(asked.since, now_ms())
        until = None if asked.until is None else parse_time(asked.until, now_ms(), end=True)
    except (QueryError, ValueError) as error:
        values["mistake"] = str(error)
        return visit.render("search.html", NOT_DONE, items=[], parts=PostParts(visit, []), **values)
    before = place_of(visit.asked("before"))
    request = TimelineRequest(POSTS, asked.author, asked.tag, since, until, before)
    reader = visit.reader(unfiltered=unfiltered)
    items = list(reader.search(asked.terms, request, asked.lang))
    if len(items) == POSTS and (place := items[-1].place) is not None:
        query = {"q": words, "before": place_text(place)}
        query |= {"unfiltered": "1"} if unfiltered else {}
        values["older"] = "/search?" + urlencode(query)
    values["missing"] = missing_share(visit.store) if asked.terms.all_of else None
    parts = PostParts(visit, items, unfold=unfiltered)
    return visit.render("search.html", items=items, parts=parts, **values)


def bookmarks_page(visit: Visit) -> Response:
    """The entries that the owner has marked, the last mark first."""
    asked = visit.asked("from")
    start = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 0
    items = list(visit.reader().bookmarks(start, POSTS + 1))
    older = start + POSTS if len(items) > POSTS else None
    items = items[:POSTS]
    return visit.render(
        "bookmarks.html", items=items, start=start, older=older, parts=PostParts(visit, items)
    )
