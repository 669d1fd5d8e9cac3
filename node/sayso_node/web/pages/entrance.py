"""The way in: a one-time link becomes a session."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ..request import check_form, context_of
from .templates import render


async def entrance(request: Request) -> Response:
    """A page whose script sends the secret of the link; without script it is typed in."""
    return render("enter.html", None, wrong=False, kept="")


async def open_session(request: Request) -> Response:
    """The cookie of a new session, for a secret that was not used before."""
    context = context_of(request)
    async with request.form(max_files=0, max_fields=2, max_part_size=1024) as form:
        secret = str(form.get("secret", "")).strip().rpartition("#")[2]
    value = context.sessions.redeem(secret)
    if value is None:
        return render("enter.html", None, 403, wrong=True, kept="")
    response = RedirectResponse("/", 303)
    secure = request.url.scheme == "https"
    response.set_cookie(
        context.site.cookie, value, httponly=True, samesite="strict", path="/", secure=secure
    )
    return response


async def leave(request: Request) -> Response:
    """End the session of this browser."""
    async with request.form(max_files=0, max_fields=2, max_part_size=1024) as form:
        check_form(request, form.get("csrf"))
    context = context_of(request)
    context.sessions.end(request.cookies.get(context.site.cookie, ""))
    response = RedirectResponse("/enter", 303)
    response.delete_cookie(context.site.cookie, path="/")
    return response
