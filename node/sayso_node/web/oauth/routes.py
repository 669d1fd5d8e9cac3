"""The routes by which apps get access."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..api.endpoint import answered
from .consent import ask_owner, take_answer
from .endpoints import give_token, register_app, revoke_token

Handler = Callable[[Request], Awaitable[Response]]


def oauth_routes() -> list[Route]:
    """Every route of OAuth; apps call some of them with a slash at the end."""
    return [
        *_both("/api/v1/apps", answered(register_app), "POST"),
        *_both("/oauth/authorize", ask_owner, "GET"),
        *_both("/oauth/authorize", take_answer, "POST"),
        *_both("/oauth/token", answered(give_token), "POST"),
        *_both("/oauth/revoke", answered(revoke_token), "POST"),
    ]


def _both(path: str, handler: Handler, method: str) -> list[Route]:
    return [Route(path, handler, methods=[method]), Route(f"{path}/", handler, methods=[method])]
