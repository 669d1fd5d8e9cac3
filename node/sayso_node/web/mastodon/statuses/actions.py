"""What the owner does to a status from an app: react, repost, mark, and quieten a conversation."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sayso_protocol.feed.entry import id_text

from ....compose.bookmark import bookmark as mark
from ....compose.bookmark import remove_bookmark
from ....compose.reaction import react, repost, unrepost
from ....entries.item import Item
from ....errors import PostError
from ...context import WebContext
from ...request import context_of
from ..entities.status import LIKE, StatusEntities
from ..requests.lookup import path_id, status_item
from ..saved_state import SavedState

Act = Callable[[WebContext, str], object]

Entity = dict[str, object]


async def favourite(request: Request) -> Response:
    """React with a heart. A reaction that is there stays as it is."""

    def act(context: WebContext, entry: str) -> object:
        marks = context.reader().own_marks([bytes.fromhex(entry)])
        return None if marks.reactions else react(context.store, context.author(), entry, LIKE)

    return await _acted(request, act)


async def unfavourite(request: Request) -> Response:
    """Take the own reaction back, whichever it is."""
    return await _acted(
        request, lambda context, entry: react(context.store, context.author(), entry, None)
    )


async def reblog(request: Request) -> Response:
    """Repost a status; gives the repost."""
    context = context_of(request)

    def publish() -> bytes:
        item = status_item(context, path_id(request))
        return repost(context.store, context.author(), id_text(_shown(item))).id

    repost_id = await context.write(publish)

    def read() -> Entity:
        item = context.reader().entries([repost_id])[repost_id]
        made = StatusEntities(context).one(item)
        return made or {}

    return JSONResponse(await context.read(read))


async def unreblog(request: Request) -> Response:
    """Take the own repost back."""
    return await _acted(
        request, lambda context, entry: unrepost(context.store, context.author(), entry)
    )


async def bookmark(request: Request) -> Response:
    """Mark a status."""
    return await _acted(request, lambda context, entry: mark(context.store, entry))


async def unbookmark(request: Request) -> Response:
    """Take the mark off."""
    return await _acted(request, lambda context, entry: remove_bookmark(context.store, entry))


async def mute(request: Request) -> Response:
    """Put notifications from a conversation away, on this node alone."""
    return await _quietened(request, on=True)


async def unmute(request: Request) -> Response:
    """End that."""
    return await _quietened(request, on=False)


async def _quietened(request: Request, *, on: bool) -> Response:
    context = context_of(request)

    def change() -> Entity:
        item = status_item(context, path_id(request))
        SavedState(context.home).set_quiet(root_of(item), on=on)
        return (StatusEntities(context).one(item) or {}) | {"muted": on}

    return JSONResponse(await context.read(change))


def root_of(item: Item) -> str:
    """The id of the first entry of the conversation that an entry stands in."""
    post = item.post
    root = None if post is None else post.root or post.reply
    return item.id if root is None else id_text(root.id)


async def _acted(request: Request, act: Act) -> Response:
    context = context_of(request)

    def publish() -> bytes:
        entry = _shown(status_item(context, path_id(request)))
        try:
            act(context, id_text(entry))
        except PostError:
            # To take back what is not there changes nothing, as apps expect.
            if not request.url.path.rstrip("/").rpartition("/")[2].startswith("un"):
                raise
        return entry

    entry = await context.write(publish)

    def read() -> Entity:
        made = StatusEntities(context).one(context.reader().entries([entry])[entry])
        return made or {}

    return JSONResponse(await context.read(read))


def _shown(item: Item) -> bytes:
    """The entry itself, or of a repost what it shows."""
    return item.reference.id if item.original is None else item.original.reference.id
