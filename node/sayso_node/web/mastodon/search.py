"""Search for apps: accounts, statuses and hashtags, by what a person types."""

from __future__ import annotations

from itertools import islice
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sayso_storage.index.body_facts import fold_tag

from ...entries.item import Item
from ...errors import NotFound, QueryError
from ...text.sanitize import foreign_line
from ...timeline.reader import TimelineRequest
from ...timeline.search_syntax import read_query
from ..api.params import Params, read_params
from ..context import WebContext
from ..request import context_of
from .accounts.account_search import find_accounts
from .accounts.accounts import entities
from .entities.status import StatusEntities, is_status
from .names.addresses import entry_in, tag_address
from .requests.app_memory import memory_of

MOST: Final = 40
MOST_OFFSET: Final = 1000

Entity = dict[str, object]


async def search_2(request: Request) -> Response:
    """Everything that is found."""
    params = await read_params(request)
    return JSONResponse(await context_of(request).read(_found, request, params))


async def search_1(request: Request) -> Response:
    """The same as it was before version 2: hashtags are words."""
    params = await read_params(request)
    found = await context_of(request).read(_found, request, params)
    tags = [one["name"] for one in found["hashtags"]]
    return JSONResponse(found | {"hashtags": tags})


async def tag(request: Request) -> Response:
    """A hashtag. None are followed here."""
    name = foreign_line(str(request.path_params["tag"]))[:200]
    return JSONResponse(tag_entity(context_of(request), name))


def tag_entity(context: WebContext, name: str) -> Entity:
    """A hashtag, without a history: nobody counts how often others use it."""
    return {
        "id": name,
        "name": name,
        "url": tag_address(context.site, name),
        "history": [],
        "following": False,
        "featuring": False,
    }


def _found(request: Request, params: Params) -> dict[str, list[Entity]]:
    context, memory = context_of(request), memory_of(request)
    typed, kind = (params.text("q") or "").strip(), params.text("type")
    limit = params.number("limit", 20, 1, MOST)
    offset = params.number("offset", 0, 0, MOST_OFFSET)
    found: dict[str, list[Entity]] = {"accounts": [], "statuses": [], "hashtags": []}
    if not typed:
        return found
    part = slice(offset, offset + limit)
    if kind in (None, "", "accounts"):
        resolve = params.flag("resolve") or False
        accounts = find_accounts(context, memory.resolved, typed, resolve=resolve)
        made = entities(context)
        found["accounts"] = [made.of(one) for one in accounts[part]]
    if kind in (None, "", "statuses"):
        found["statuses"] = StatusEntities(context).of(_statuses(context, typed, part, params))
    if kind in (None, "", "hashtags"):
        found["hashtags"] = [tag_entity(context, one) for one in _tags(context, typed)][part]
    return found


def _statuses(context: WebContext, typed: str, part: slice, params: Params) -> list[Item]:
    reader = context.reader()
    named = entry_in(typed)
    if named is not None:
        held = reader.entries([bytes.fromhex(named)])
        return [*held.values()]
    try:
        asked = read_query(typed)
    except QueryError:
        return []
    request = TimelineRequest(part.stop, asked.author, asked.tag)
    try:
        items = reader.search(asked.terms, request, asked.lang)
        return list(islice(filter(is_status, items), part.start, part.stop))
    except NotFound:
        return []


def _tags(context: WebContext, typed: str) -> list[str]:
    """The hashtag that is typed, where posts here have it; as they write it."""
    word = typed.removeprefix("#").removeprefix("＃")
    if not word or word.split() != [word] or len(word) > 128:
        return []
    items = context.reader().timeline(TimelineRequest(1, tag=word))
    found = (one for item in items if item.post is not None for one in item.post.tags)
    return [foreign_line(one) for one in found if fold_tag(one) == fold_tag(word)][:1]
