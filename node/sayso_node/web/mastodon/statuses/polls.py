"""Polls for apps."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sayso_protocol.feed.entry import id_text
from sayso_protocol.translation import _

from ....compose.poll import vote as publish_vote
from ....errors import NotFound
from ...api.params import BadParam, read_params
from ...context import WebContext
from ...request import context_of
from ..entities.poll import poll_entity
from ..requests.lookup import NO_RECORD, entry_of, path_id, status_item

Entity = dict[str, object]


async def poll(request: Request) -> Response:
    """A poll, by the id of its status."""
    context = context_of(request)
    return JSONResponse(await context.read(_poll, context, path_id(request)))


async def vote(request: Request) -> Response:
    """Vote for options, counted from 0."""
    params, context = await read_params(request), context_of(request)
    typed = params.every("choices")
    if not typed or not all(one.isascii() and one.isdigit() and len(one) < 4 for one in typed):
        raise BadParam("choices are numbers of options, from 0")
    choices = [int(one) + 1 for one in typed]

    def publish() -> object:
        entry = entry_of(context, path_id(request))
        return publish_vote(context.store, context.author(), id_text(entry.id), choices)

    await context.write(publish)
    return JSONResponse(await context.read(_poll, context, path_id(request)))


def _poll(context: WebContext, number: str) -> Entity:
    item = status_item(context, number)
    if item.poll is None:
        raise NotFound(_(NO_RECORD))
    return poll_entity(number, item.poll)
