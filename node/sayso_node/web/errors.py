"""Errors in the form that the client reads: a page for a browser, JSON for an app."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ExceptionHandler, Scope

from sayso_storage.interface.errors import StoreError

from ..errors import NodeError, NotFound
from ..text.sanitize import foreign
from .live import TooManyStreams

WORDS: Final = {
    400: "The request is not well-formed.",
    401: "Open the page with `sayso web`.",
    403: "This is not allowed from here.",
    404: "There is nothing here.",
    405: "This cannot be done here.",
    413: "This is more than is taken here.",
    421: "This server answers to its own names only.",
    500: "The node failed at this, and its log says how: try again.",
    503: "There is no room for this now: close another page, then try again.",
}
"""What is said where nobody said more."""

APP_PATHS: Final = ("/api/", "/oauth/token", "/oauth/revoke", "/nodeinfo", "/.well-known/")
"""Where there are apps alone, whatever they accept."""

_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>sayso</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/static/style.css"></head>
<body><main><h1>{title}</h1><p role="alert">{words}</p><p><a href="/">To the page</a></p></main>
</body></html>
"""


def error_response(
    scope: Scope, status: int, words: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """The answer to a request that failed; `words` may be of others, and are made safe here."""
    words = foreign(words or WORDS.get(status, "This did not work."))
    if is_for_browser(scope):
        title = f"{status}: this did not work"
        html = _PAGE.format(title=title, words=escape(words))
        return Response(html, status, headers, "text/html; charset=utf-8")
    data = json.dumps({"error": words}, ensure_ascii=False)
    return Response(data, status, headers, "application/json")


def is_for_browser(scope: Scope) -> bool:
    """Whether a person reads the answer, by where it was asked and what is accepted."""
    path: str = scope.get("path", "")
    if path.startswith(APP_PATHS):
        return False
    return "text/html" in Headers(scope=scope).get("accept", "")


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    # Starlette gives the name of a status where nobody said more.
    words = "" if error.detail in _NAMES else error.detail
    return error_response(request.scope, error.status_code, words, error.headers)


async def _node_error(request: Request, error: Exception) -> Response:
    status = 404 if isinstance(error, NotFound) else 422
    return error_response(request.scope, status, str(error))


async def _store_error(request: Request, error: Exception) -> Response:
    return error_response(request.scope, 503, str(error))


async def _too_many_streams(request: Request, _: Exception) -> Response:
    return error_response(request.scope, 503, headers={"retry-after": "60"})


_NAMES: Final = frozenset({"Not Found", "Method Not Allowed", "Bad Request"})

HANDLERS: Final[Mapping[type[Exception], ExceptionHandler]] = {
    HTTPException: _http_error,
    NodeError: _node_error,
    StoreError: _store_error,
    TooManyStreams: _too_many_streams,
}
"""For `Starlette`. What nobody expected is the door's."""
