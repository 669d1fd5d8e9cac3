"""Statuses for apps: to read one, its conversation, its versions, and who did what to it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sayso_protocol.feed.entry import id_text
from sayso_protocol.translation import _

from ....entries.item import Item
from ....errors import NotFound
from ...api.params import read_params
from ...request import context_of
from ..entities.status import StatusEntities
from ..names.ids import is_direct_id, parse_id
from ..requests.lookup import NO_RECORD, entry_of, path_id, status_item
from .direct import direct_context, show_direct

MOST = 40
MOST_AROUND = 1000
"""Entries of a conversation that an app is given at once, the line to the one asked for first: of
ten thousand, which anybody can make, no more are read."""

Entity = dict[str, object]


async def status(request: Request) -> Response:
    """One status."""
    context = context_of(request)
    if is_direct_id(path_id(request)):
        return await show_direct(request)

    def read() -> Entity:
        made = StatusEntities(context).one(status_item(context, path_id(request)))
        if made is None:
            raise NotFound(_(NO_RECORD))
        return made

    return JSONResponse(await context.read(read))


async def several(request: Request) -> Response:
    """Statuses by their ids; what is not held is left out."""
    params, context = await read_params(request), context_of(request)
    numbers = [parse_id(one) for one in params.every("id")[:MOST]]

    def read() -> list[Entity]:
        reader = context.reader()
        found = [reader.at(number) for number in numbers if number is not None]
        return StatusEntities(context).of([one for one in found if one is not None])

    return JSONResponse(await context.read(read))


async def conversation(request: Request) -> Response:
    """What a status answers, up to the first, and all that answers it, by the owner's rules."""
    context = context_of(request)
    if is_direct_id(path_id(request)):
        return await direct_context(request)

    def read() -> Entity:
        entry = entry_of(context, path_id(request))
        found = context.reader().thread_page(id_text(entry.id), MOST_AROUND)
        items = [one for one in found.items if one.entry is not None]
        above, below = _around(items, entry.id)
        statuses = StatusEntities(context)
        return {
            "ancestors": statuses.of(above),
            "descendants": statuses.of(below),
        }

    return JSONResponse(await context.read(read))


def _around(items: list[Item], entry_id: bytes) -> tuple[list[Item], list[Item]]:
    """What stands above an entry in its conversation, the first one first, and below it."""
    by_id = {one.reference.id: one for one in items}
    at = next((place for place, one in enumerate(items) if one.reference.id == entry_id), None)
    if at is None:
        return [], []
    above, seen = list[Item](), {entry_id}
    current: Item | None = items[at]
    while current is not None and current.post is not None and current.post.reply is not None:
        parent = current.post.reply.id
        current = None if parent in seen else by_id.get(parent)
        if current is not None:
            seen.add(parent)
            above.append(current)
    depth = items[at].depth or 0
    below = list[Item]()
    for one in items[at + 1 :]:
        if (one.depth or 0) <= depth:
            break
        below.append(one)
    return above[::-1], below


async def source(request: Request) -> Response:
    """The words of a status of the owner's as they were typed, to edit them."""
    context = context_of(request)

    def read() -> Entity:
        item = status_item(context, path_id(request))
        post = item.post
        if post is None:
            raise NotFound(_(NO_RECORD))
        return {
            "id": path_id(request),
            "text": post.text,
            "spoiler_text": post.warn or "",
        }

    return JSONResponse(await context.read(read))


async def history(request: Request) -> Response:
    """The versions of a status, oldest first."""
    context = context_of(request)

    def read() -> list[Entity]:
        entry = entry_of(context, path_id(request))
        item = context.reader().entry(id_text(entry.id), history=True)
        return StatusEntities(context).versions(item)

    return JSONResponse(await context.read(read))


async def favourited_by(request: Request) -> Response:
    """Who reacted to a status."""
    return await _accounts_of(request, "reactions")


async def reblogged_by(request: Request) -> Response:
    """Who reposted a status."""
    return await _accounts_of(request, "reposts")


async def _accounts_of(request: Request, way: str) -> Response:
    params, context = await read_params(request), context_of(request)
    limit = params.number("limit", MOST, 1, 80)

    def read() -> list[Entity]:
        entry, store = entry_of(context, path_id(request)), context.store
        found = store.reactions([entry.id]) if way == "reactions" else store.reposts([entry.id])
        accounts = StatusEntities(context).accounts
        return [accounts.of(one.account) for one in found.get(entry.id, [])[:limit]]

    return JSONResponse(await context.read(read))
