"""Notifications for apps."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sayso_protocol.translation import _

from ...errors import NotFound
from ...timeline.notifications import NotificationItem
from ...timeline.reader import TimelineReader
from ..api.params import BadParam, read_params
from ..context import WebContext
from ..request import context_of
from .entities.notification import TYPES, notification_entities
from .entities.status import StatusEntities
from .names.ids import parse_id
from .requests.app_memory import memory_of
from .requests.lookup import NO_RECORD, account_named, path_id
from .requests.paging import Paging, paged, read_paging
from .saved_state import SavedState
from .statuses.actions import root_of

LOOKED_AT: Final = 2000
"""Notifications that are gone through for a page of few; the next page goes on behind them."""

Entity = dict[str, object]


async def notifications(request: Request) -> Response:
    """What others did to the owner, the last to arrive first."""
    params, context = await read_params(request), context_of(request)
    paging = read_paging(params, 40, 80)
    types = set(params.every("types")) or set(TYPES.values())
    types -= set(params.every("exclude_types"))
    memory, only = memory_of(request), params.text("account_id")

    def read() -> tuple[list[Entity], int | None, int | None]:
        account = None if only is None else account_named(context, memory.resolved, only)
        return read_notifications(context, paging, types, account)

    made, after, before = await context.read(read)
    return paged(request, made, after=after, before=before)


def read_notifications(
    context: WebContext,
    paging: Paging,
    types: Collection[str],
    account: bytes | None = None,
) -> tuple[list[Entity], int | None, int | None]:
    """A page of notifications, and the ids of the pages beside it. Blocks. Raises `NodeError`,
    `StoreError`."""
    state = SavedState(context.home)
    wants, quiet = state.wants(), state.quiet()

    def is_kept(one: NotificationItem) -> bool:
        return (
            TYPES[one.kind] in types
            and wants(one.arrival)
            and (account is None or one.item.reference.account == account)
            and not (quiet and root_of(one.item) in quiet)
        )

    page, end = _page(context.reader(), paging, is_kept)
    about = context.reader().entries([bytes.fromhex(one.on) for one in page if one.on])
    made = notification_entities(StatusEntities(context), page, about)
    first = page[0].arrival if page else None
    last = page[-1].arrival if page and (end is None or paging.min_id is not None) else end
    return made, last, first


def _page(
    reader: TimelineReader, paging: Paging, is_kept: Callable[[NotificationItem], bool]
) -> tuple[list[NotificationItem], int | None]:
    """The page that is asked for, the last to arrive first; and the place up to which was looked,
    where the page was not filled by then and there is more."""
    upwards, low, high = paging.min_id is not None, paging.above or 0, paging.max_id
    found, looked_at = list[NotificationItem](), 0
    at_once = paging.limit  # and more where few are kept
    while True:
        some, end = reader.arrived_notifications(at_once, high, low, oldest_first=upwards)
        found += filter(is_kept, some)
        looked_at += at_once
        if end is None or len(found) >= paging.limit or looked_at >= LOOKED_AT:
            break
        low, high = (end, high) if upwards else (low, end)
        at_once = min(2 * at_once, LOOKED_AT - looked_at)
    is_full = len(found) >= paging.limit
    page = found[: paging.limit]
    return page[::-1] if upwards else page, None if is_full else end


async def notification(request: Request) -> Response:
    """One notification."""
    context, number = context_of(request), _path_number(request)

    def read() -> Entity:
        paging = Paging(1, number + 1, number - 1)
        made = read_notifications(context, paging, set(TYPES.values()))[0]
        if not made:
            raise NotFound(_(NO_RECORD))
        return made[0]

    return JSONResponse(await context.read(read))


async def clear(request: Request) -> Response:
    """Put all away, for apps alone."""
    context = context_of(request)
    last = await context.read(context.store.last_arrival)
    await context.read(SavedState(context.home).clear, last)
    return JSONResponse({})


async def dismiss(request: Request) -> Response:
    """Put one away."""
    if "id" in request.path_params:
        number: int | None = _path_number(request)
    else:
        number = parse_id((await read_params(request)).text("id") or "")
    if number is None:
        raise BadParam("id is no id")
    context = context_of(request)
    await context.read(SavedState(context.home).dismiss, number)
    return JSONResponse({})


async def unread_count(request: Request) -> Response:
    """How many came since the marker of notifications."""
    context = context_of(request)

    def read() -> int:
        marker = SavedState(context.home).markers().get("notifications")
        since = parse_id(marker.last_read_id) if marker is not None else None
        made, _, _ = read_notifications(context, Paging(100, None, since), set(TYPES.values()))
        return len(made)

    return JSONResponse({"count": await context.read(read)})


def _path_number(request: Request) -> int:
    number = parse_id(path_id(request))
    if number is None:
        raise NotFound(_(NO_RECORD))
    return number
