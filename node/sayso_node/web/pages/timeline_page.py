"""The timeline: a page of it, and what has come since it was loaded."""

from __future__ import annotations

from itertools import islice
from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _, ngettext
from sayso_storage.interface.records import Place

from ...accounts.follows import following
from ...errors import QueryError
from ...timeline.reader import NEWEST, TimelineReader, TimelineRequest
from ...views.file import own_views, shipped_views
from .entries.post_parts import PostParts
from .visit import Visit

POSTS: Final = 50
"""Posts of a page."""

FRESH: Final = 50
"""Posts that are put into an open page at once; of more it is told to load anew."""

_BIGGEST: Final = 1 << 62


def timeline_page(visit: Visit) -> Response:
    """The newest posts, those of a tag, or as a view ranks them; `before` goes on behind a
    place."""
    view, tag = visit.asked("view"), visit.asked("tag").removeprefix("#")
    unfiltered = bool(visit.asked("unfiltered"))
    before = place_of(visit.asked("before"))
    arrival = visit.store.last_arrival()  # before what is read: what comes meanwhile is told of
    reader = visit.reader(unfiltered=unfiltered)
    request = TimelineRequest(POSTS, tag=tag or None, before=before)
    items = list(reader.timeline(request, view or None))
    ranked = view not in ("", NEWEST)
    kept = {"tag": tag, "unfiltered": "1" if unfiltered else ""}
    return visit.render(
        "timeline.html",
        heading=_("Timeline"),
        tag=tag,
        view=view,
        views=sorted((shipped_views() | own_views(visit.home)).keys() - {NEWEST}),
        unfiltered=unfiltered,
        items=items,
        parts=PostParts(visit, items, unfold=unfiltered),
        nothing="" if items else _nothing(visit, reader, request, unfiltered=unfiltered),
        older=None if ranked or len(items) < POSTS else _address(kept, items[-1].place),
        live=before is None and not ranked,
        arrival=arrival,
        fresh="/fresh?" + urlencode({key: value for key, value in kept.items() if value}),
    )


def fresh_page(visit: Visit) -> Response:
    """The posts that arrived behind a place in the order of arrival, the newest first, to be put
    into a page that is open."""
    after = visit.asked("after")
    if not after.isascii() or not after.isdigit():
        raise QueryError(_("This is no place in the order of arrival."))
    arrival = visit.store.last_arrival()
    tag, unfiltered = visit.asked("tag"), bool(visit.asked("unfiltered"))
    request = TimelineRequest(FRESH, tag=tag or None)
    watch = visit.reader(unfiltered=unfiltered).watch(request, min(int(after[:18]), arrival))
    found = list(islice(watch.look(), FRESH + 1))
    more = len(found) > FRESH
    items = [] if more else found[::-1]
    words = (
        _("More than {count} new posts").format(count=FRESH)
        if more
        else ngettext("{count} new post", "{count} new posts", len(items)).format(count=len(items))
    )
    parts = PostParts(visit, items, unfold=unfiltered)
    parts.back = "/"
    return visit.render(
        "fresh.html", items=items, parts=parts, arrival=arrival, more=more, words=words
    )


def place_text(place: Place) -> str:
    """A place on a timeline, for an address."""
    return ".".join(map(str, place))


def place_of(text: str) -> Place | None:
    """The place that an address names. Raises `QueryError`."""
    if not text:
        return None
    try:
        first, second, third = (int(part) for part in text[:80].split("."))
    except ValueError as error:
        raise QueryError(_("This is no place on a timeline.")) from error
    if max(abs(first), second, third) > _BIGGEST or min(second, third) < 0:
        raise QueryError(_("This is no place on a timeline."))
    return first, second, third


def _address(kept: dict[str, str], place: Place | None) -> str | None:
    if place is None:
        return None
    query = {key: value for key, value in kept.items() if value} | {"before": place_text(place)}
    return "/?" + urlencode(query)


def _nothing(
    visit: Visit, reader: TimelineReader, request: TimelineRequest, *, unfiltered: bool
) -> str:
    """The reason why nothing is shown, and what to do about it."""
    every = visit.reader(unfiltered=True)
    if not unfiltered and any(every.timeline(request)):
        return _("Your rules hide all of it. “also what my rules hide” shows it here.")
    if request.before is not None:
        return _("There is nothing older.")
    if any(every.timeline(TimelineRequest(1))):
        return _("Nothing fits.")
    followed = following(visit.store, visit.names())
    if not followed:
        return _("Nothing is here yet. Write your first post, or follow somebody under “People”.")
    if any(one.have for one in followed):
        return _("Those whom you follow have posted nothing yet, as far as it has come here.")
    accounts = quantity(len(followed), "account")
    return _(
        "You follow {accounts}. Their posts come as soon as a peer that has them is "
        "connected: see “Status”."
    ).format(accounts=accounts)
