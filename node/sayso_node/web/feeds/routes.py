"""The routes of feeds, below an address with a token."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Final
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.translation import _

from ...accounts.follows import following
from ...entries.item import Item
from ...errors import QueryError
from ...timeline.reader import TimelineReader, TimelineRequest
from ...timeline.search_syntax import read_query
from ..context import WebContext
from ..request import context_of
from .atom import ATOM_TYPE, OPML_TYPE, atom, opml
from .feed import Feed, author_text, feed_entries, plain_line
from .json_feed import JSON_TYPE, json_feed
from .tokens import FeedTokens

LIMIT: Final = 50
"""Entries of a feed."""

MAX_WORDS: Final = 500
"""Characters of an account, a tag or a search in an address."""

FORMS: Final[dict[str, tuple[str, Callable[[Feed], bytes]]]] = {
    "atom": (ATOM_TYPE, atom),
    "json": (JSON_TYPE, json_feed),
}

Read = Callable[[TimelineReader], Iterable[Item]]


def feed_routes() -> list[Route]:
    """Every route of feeds."""
    return [
        Route("/feeds/{token}/timeline.{form}", _timeline),
        Route("/feeds/{token}/account/{words}.{form}", _account),
        Route("/feeds/{token}/tag/{words}.{form}", _tag),
        Route("/feeds/{token}/search.{form}", _search),
        Route("/feeds/{token}/following.opml", _following),
    ]


async def _timeline(request: Request) -> Response:
    return await _feed(
        request, _("Timeline"), lambda reader: reader.timeline(TimelineRequest(LIMIT))
    )


async def _account(request: Request) -> Response:
    author = _words(request.path_params["words"])
    asked = TimelineRequest(LIMIT, author=author)
    return await _feed(request, plain_line(author), lambda reader: reader.timeline(asked))


async def _tag(request: Request) -> Response:
    tag = _words(request.path_params["words"])
    asked = TimelineRequest(LIMIT, tag=tag)
    title = "#" + plain_line(tag.removeprefix("#"))
    return await _feed(request, title, lambda reader: reader.timeline(asked))


async def _search(request: Request) -> Response:
    words = _words(request.query_params.get("q", ""))
    try:
        asked = read_query(words)
    except QueryError as error:
        raise HTTPException(400, str(error)) from error
    wanted = TimelineRequest(LIMIT, asked.author, asked.tag)
    return await _feed(
        request,
        plain_line(words),
        lambda reader: reader.search(asked.terms, wanted, asked.lang),
        query=f"?q={quote(words)}",
    )


async def _following(request: Request) -> Response:
    context = await _admitted(request)
    base = _base(context, request)

    def read() -> list[tuple[str, str]]:
        return [
            (
                author_text(one.name, key_text(one.account)),
                f"{base}/account/{key_text(one.account)}.atom",
            )
            for one in following(context.store, context.names())
        ]

    outlines = await context.read(read)
    return _conditional(request, opml(_("Followed with sayso"), outlines), OPML_TYPE)


async def _feed(request: Request, title: str, read: Read, query: str = "") -> Response:
    """The feed of what is read, by the rules of the home. Raises `HTTPException` 403, 404."""
    context = await _admitted(request)
    form = FORMS.get(request.path_params["form"])
    if form is None:
        raise HTTPException(404)
    kind, write = form

    def make() -> bytes:
        entries = feed_entries(context, read(context.reader()))
        site = context.site
        address = site.api_address.rstrip("/") + quote(request.url.path) + query
        return write(Feed(title, address, site.page_address, entries))

    return _conditional(request, await context.read(make), kind)


async def _admitted(request: Request) -> WebContext:
    context = context_of(request)
    token = request.path_params["token"]
    if not await context.read(FeedTokens(context.home).knows, token):
        raise HTTPException(403, _("This address of a feed does not work any more."))
    return context


def _base(context: WebContext, request: Request) -> str:
    token = quote(request.path_params["token"])
    return f"{context.site.api_address}feeds/{token}"


def _words(text: str) -> str:
    if not text or len(text) > MAX_WORDS or "\0" in text:
        raise HTTPException(400, _("Say in the address what is looked for, in fewer words."))
    return text


def _conditional(request: Request, body: bytes, kind: str) -> Response:
    """The body, or 304 for a reader that has it (RFC 9110, section 13.1.2)."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"etag": etag, "cache-control": "private, no-cache"}
    known = request.headers.get("if-none-match", "")[:1024]
    if etag in {one.strip().removeprefix("W/") for one in known.split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=kind)
