"""Timelines for apps.

Posts stand in order of time, as everywhere here, and a page goes on behind the place of its last
post. Who asks for what came since an id gets what arrived since, whenever it was written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ....entries.item import Item
from ....timeline.reader import TimelineReader, TimelineRequest
from ...api.params import BadParam, Params, read_params
from ...context import WebContext
from ...request import context_of
from ..entities.status import StatusEntities, is_status
from ..owner_lists import OwnerLists
from ..requests.paging import Paging, paged, read_paging

LOOKED_AT: Final = 1000
"""Posts that are gone through for a page of few."""

MOST_NEW: Final = 400
"""Posts that came since an id, up to which they are all looked at: some 25 ms."""

MAX_TAG: Final = 200

Keep = Callable[[Item], bool]


@dataclass(frozen=True, slots=True)
class Page:
    """Posts, and the ids behind which a next and a previous page are."""

    items: list[Item]
    after: int | None
    before: int | None


def read_page(
    context: WebContext, request: TimelineRequest, paging: Paging, keep: Keep = lambda _: True
) -> Page:
    """The posts that are asked for, of those that `keep` keeps. Blocks. Raises `NodeError`,
    `StoreError`."""
    reader = context.reader()
    before = None
    if paging.max_id is not None:
        found = reader.at(paging.max_id)
        before = None if found is None else found.place

    def is_kept(item: Item) -> bool:
        return is_status(item) and keep(item)

    timeline = _timeline(reader, replace(request, before=before), paging.limit)
    above = paging.above
    if above is None:
        some = list(islice(filter(is_kept, timeline), paging.limit))
    else:
        new = reader.watch(replace(request, limit=LOOKED_AT), above).look()
        arrived = list(islice(_below(new, paging.max_id, is_kept), MOST_NEW + 1))
        if paging.min_id is not None:
            some = arrived[: paging.limit][::-1]
        elif len(arrived) > MOST_NEW:  # so much that the newest of all are meant
            newest = islice(filter(is_kept, timeline), paging.limit)
            some = [one for one in newest if _arrival(one) > above]
        else:
            some = sorted(arrived, key=_place, reverse=True)[: paging.limit]
    numbers = [_arrival(one) for one in some]
    return Page(some, numbers[-1] if numbers else None, max(numbers, default=None))


def _timeline(reader: TimelineReader, request: TimelineRequest, first: int) -> Iterator[Item]:
    """A timeline, a few posts at a time at first; at most `LOOKED_AT`."""
    left, size = LOOKED_AT, first + 1
    while left > 0:
        size = min(size, left)
        items = list(reader.timeline(replace(request, limit=size)))
        yield from items
        if len(items) < size:
            return
        left, size = left - size, 2 * size
        request = replace(request, before=items[-1].place)


def _below(items: Iterable[Item], most: int | None, keep: Keep) -> Iterator[Item]:
    return (one for one in items if keep(one) and (most is None or _arrival(one) < most))


def _arrival(item: Item) -> int:
    assert item.entry is not None
    return item.entry.arrival


def _place(item: Item) -> tuple[int, int, int]:
    return item.place or (0, 0, 0)


async def answer_page(
    request: Request,
    params: Params,
    asked: TimelineRequest,
    keep: Keep = lambda _: True,
) -> Response:
    """The answer with a page of statuses."""
    context, paging = context_of(request), read_paging(params)

    def read() -> tuple[list[dict[str, object]], Page]:
        page = read_page(context, asked, paging, keep)
        return StatusEntities(context).of(page.items), page

    made, page = await context.read(read)
    return paged(request, made, after=page.after, before=page.before)


async def home(request: Request) -> Response:
    """The posts of whom the owner follows, and the own ones."""
    return await answer_page(request, await read_params(request), TimelineRequest(0))


async def public(request: Request) -> Response:
    """The same: this node is its owner's alone, and shows what it holds. What is asked for of
    other servers alone is nothing."""
    params = await read_params(request)
    with_media = params.flag("only_media") or False
    return await answer_page(
        request, params, TimelineRequest(0), lambda one: bool(one.attachments) or not with_media
    )


async def tagged(request: Request) -> Response:
    """Posts with a tag."""
    params = await read_params(request)
    tag = str(request.path_params["tag"])
    if len(tag) > MAX_TAG:
        raise BadParam("the tag is too long")
    every = {one.casefold() for one in params.every("all")[:8]}
    none = {one.casefold() for one in params.every("none")[:8]}

    def keep(item: Item) -> bool:
        tags = {one.casefold() for one in (item.post.tags if item.post is not None else ())}
        return every <= tags and not none & tags

    return await answer_page(request, params, TimelineRequest(0, tag=tag), keep)


async def of_list(request: Request) -> Response:
    """Posts of the accounts of a list."""
    params, context = await read_params(request), context_of(request)
    found = await context.read(OwnerLists(context.home).one, str(request.path_params["list_id"]))
    return await answer_page(request, params, TimelineRequest(0, among=frozenset(found.accounts)))


async def bookmarks(request: Request) -> Response:
    """The entries that the owner marked, the last mark first."""
    params, context = await read_params(request), context_of(request)
    paging = read_paging(params)

    def read() -> list[dict[str, object]]:
        marked = [one for one in context.reader().bookmarks() if is_status(one)]
        start = 0
        if paging.max_id is not None:
            numbers = [_arrival(one) for one in marked]
            start = numbers.index(paging.max_id) + 1 if paging.max_id in numbers else len(numbers)
        return StatusEntities(context).of(marked[start : start + paging.limit])

    made = await context.read(read)
    last = int(str(made[-1]["id"])) if len(made) == paging.limit else None
    return paged(request, made, after=last, before=None)


async def favourites(request: Request) -> Response:
    """What the owner reacted to, the last reaction first."""
    params, context = await read_params(request), context_of(request)
    paging = read_paging(params)

    def read() -> tuple[list[dict[str, object]], int | None]:
        found = context.reader().own_reactions(LOOKED_AT)
        below = [one for one in found if paging.max_id is None or one.arrival < paging.max_id]
        some = below[: paging.limit]
        held = context.reader().entries([one.of for one in some])
        items = [held[one.of] for one in some if one.of in held]
        more = some[-1].arrival if len(below) > paging.limit else None
        return StatusEntities(context).of(items), more

    made, last = await context.read(read)
    return paged(request, made, after=last, before=None)


async def nothing(_: Request) -> Response:
    """An empty list."""
    return JSONResponse([])
