"""The way in: a one-time link becomes a session."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from ..form import read_form
from ..request import check_form, context_of, session_of
from .templates import render


async def entrance(request: Request) -> Response:
    """A page whose script sends the secret of the link; without script it is typed in."""
    return render("enter.html", None, wrong=False, kept="")


async def open_session(request: Request) -> Response:
    """The cookie of a new session, for a secret that was not used before."""
    context = context_of(request)
    async with read_form(request) as form:
        secret = form.text("secret").strip().rpartition("#")[2]
    value = context.sessions.redeem(secret)
    if value is None:
        return render("enter.html", None, 403, wrong=True, kept="")
    response = RedirectResponse("/", 303)
    response.set_cookie(
        context.site.cookie,
        value,
        httponly=True,
        samesite="strict",
        path="/",
        secure=context.site.is_secure,
    )
    return response


async def alive(request: Request) -> Response:
    """The token of this session's forms, for a page that asks whether it can still send one; 401
    where there is no session any more."""
    try:
        return PlainTextResponse(session_of(request).csrf())
    except HTTPException:
        return PlainTextResponse("", 401)


async def leave(request: Request) -> Response:
    """End the session of this browser."""
    session_of(request)
    async with read_form(request) as form:
        session = check_form(request, form.text("csrf"))
    context = context_of(request)
    context.sessions.end(session)
    response = RedirectResponse("/enter", 303)
    secure = context.site.is_secure  # or a browser keeps a cookie of this name
    response.delete_cookie(context.site.cookie, path="/", httponly=True, secure=secure)
    return response
