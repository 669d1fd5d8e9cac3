"""Endpoints for apps: who may call them, and their answers, which are JSON whatever happens."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import nullcontext
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import JSONResponse, Response

from sayso_protocol.translation import _, speaking
from sayso_storage.interface.store import StoreError, StoreFull

from ...errors import Ambiguous, HomeError, KeystoreError, NodeError, NotFound
from ..access.grants import Token
from ..access.scopes import allows
from ..request import context_of
from .language import asked_catalogue
from .params import BadParam

log = logging.getLogger(__name__)

Handler = Callable[[Request], Awaitable[Response]]

CORS: Final = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "Link, X-RateLimit-Reset, X-RateLimit-Limit, "
    "X-RateLimit-Remaining, X-Request-Id",
    "cross-origin-resource-policy": "cross-origin",
}
"""An app within a page of another server may call what needs a token: no cookie counts here, and
no page can add a token that it was not given."""

PREFLIGHT: Final = CORS | {
    "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
    "access-control-allow-headers": "Authorization, Content-Type, Idempotency-Key",
    "access-control-max-age": "3600",
}


def answered(handler: Handler) -> Handler:
    """The handler, with every failure as ``{"error": …}``."""

    async def answer(request: Request) -> Response:
        asked = asked_catalogue(request.headers.get("accept-language", ""))
        with nullcontext() if asked is None else speaking(asked):
            response = await _answer(request, handler)
        for name, value in CORS.items():
            response.headers.setdefault(name, value)
        return response

    return answer


def guarded(handler: Handler, scope: str | None, *, owner: bool = True) -> Handler:
    """The handler for those who bring a token with a scope, of the owner's where `owner`."""

    async def guard(request: Request) -> Response:
        require(request, scope, owner=owner)
        return await handler(request)

    return answered(guard)


def require(request: HTTPConnection, scope: str | None, *, owner: bool = True) -> Token:
    """The token of a request. Raises `HTTPException` 401 without one, 403 where it may not."""
    given = token_of(request)
    token = None if given is None else context_of(request).grants.token(given)
    if token is None:
        raise HTTPException(401, _("The access token is invalid"))
    if owner and not token.owner:
        raise HTTPException(422, _("This method requires an authenticated user"))
    if scope is not None and not allows(token.scopes, scope):
        raise HTTPException(403, _("This action is outside the authorized scopes"))
    return token


def token_of(request: HTTPConnection) -> str | None:
    """The token that a request brings in its header."""
    kind, _space, given = request.headers.get("authorization", "").partition(" ")
    return given.strip() if kind.lower() == "bearer" and given.strip() else None


def failure(status: int, text: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """An error for an app."""
    return JSONResponse({"error": text}, status, headers)


async def _answer(request: Request, handler: Handler) -> Response:
    try:
        return await handler(request)
    except HTTPException as error:
        return failure(error.status_code, error.detail, error.headers)
    except BadParam as error:
        return failure(422, _("Validation failed: {error}").format(error=error))
    except NotFound as error:
        return failure(404, str(error))
    except (HomeError, KeystoreError, StoreFull) as error:
        return failure(503, str(error))
    except (Ambiguous, NodeError) as error:
        return failure(422, str(error))
    except StoreError as error:
        return failure(503, str(error))
    except ClientDisconnect:
        raise
    except Exception:
        log.exception("an endpoint for apps failed: %s", request.url.path)
        return failure(500, _("A mistake in sayso: its log has the details"))


async def preflight(_request: Request) -> Response:
    """The answer to a browser that asks whether a page may call."""
    return Response(status_code=204, headers=PREFLIGHT)


async def unknown(_request: Request) -> Response:
    """The answer where there is no such route."""
    return failure(404, "Not Found")
