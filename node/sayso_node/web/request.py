"""What a request belongs to: the session of a browser, and the home that is shown."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from .context import WebContext
from .door.door import SESSION
from .door.sessions import Session


def session_of(request: HTTPConnection) -> Session:
    """The session of the owner's browser. Raises `HTTPException` 401 where there is none."""
    session = request.scope.get(SESSION)
    if not isinstance(session, Session):
        raise HTTPException(401, "Open the page with `sayso web`.")
    return session


def check_form(request: HTTPConnection, token: object) -> Session:
    """The session, whose page the form came from. Raises `HTTPException` 401 or 403."""
    session = session_of(request)
    if not isinstance(token, str) or not session.is_own(token):
        raise HTTPException(403, "This form is too old: open the page anew.")
    return session


def context_of(request: HTTPConnection) -> WebContext:
    """The home that is shown, and all that is done with it."""
    context: WebContext = request.app.state.context
    return context
