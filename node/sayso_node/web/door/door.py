"""The door: what is looked at of each request before any page or route sees it.

An ASGI application round another; nothing is buffered, so streams and disconnects pass."""

from __future__ import annotations

import logging
from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..errors import error_response
from ..site import Site
from .headers import with_safe_headers
from .request_head import RequestHead
from .sessions import Session, Sessions

log = logging.getLogger(__name__)

OPEN_PATHS: Final = frozenset(("/oauth/token", "/oauth/revoke", "/api/v1/apps"))
"""Apps come here before they have a token, from no page of ours. No cookie counts there."""

STREAMING_PATH: Final = "/api/v1/streaming"
"""Apps in a browser cannot add a header to a WebSocket: the token is in its address or protocol.
No cookie counts there."""

APP_PATH: Final = "/api/"
"""Below it no cookie counts: only tokens."""

APP_ONLY_PATHS: Final = ("/api/", "/oauth/")
"""What the local network does not get: there are pages alone, for whoever was paired."""

SESSION: Final = "sayso.session"
"""The key of the scope under which pages find the `Session` of a request, or None."""

ZERO_COPY: Final = ("http.response.pathsend", "http.response.zerocopysend")
"""Extensions by which the server sends files from the event loop, up to 1 GiB a call: for that
long nothing else would run."""

MAX_COOKIES: Final = 4
"""Values of the own cookie that are looked up."""


class Door:
    """Turns away what does not come from the owner: another `Host` with 421 (DNS rebinding), a form
    or a stream of another site with 403, a body over `max_body` bytes with 413. What fails behind
    it is logged, and the client hears no more than that."""

    def __init__(self, app: ASGIApp, sessions: Sessions, site: Site, max_body: int) -> None:
        self._app = app
        self._sessions = sessions
        self._site = site
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        scope["scheme"] = self._site.scheme if scope["type"] == "http" else self._site.ws_scheme
        head = RequestHead(scope)
        answer = _Answer(scope, send, hsts=self._site.is_secure)
        refusal = self._refusal(head)
        if refusal is not None:
            await answer.refuse(receive, refusal)
            return
        scope[SESSION] = self._session(head)
        for name in ZERO_COPY:
            scope.get("extensions", {}).pop(name, None)
        try:
            await self._app(scope, _bounded(receive, self._max_body), answer.send)
        except ConnectionError as error:
            log.debug("an answer ended early: %s", error)
            raise
        except Exception:
            log.exception("the page failed at %s", head.path)
            await answer.fail(receive)

    def _refusal(self, head: RequestHead) -> int | None:
        """The status by which a request is turned away; None where it may pass."""
        host = head.only("host")
        if host is None or host.lower() not in self._site.host_values:
            return 421
        if not head.has_plain_target:
            return 400
        if self._site.is_secure and head.path.startswith(APP_ONLY_PATHS):
            return 404
        is_judged_here = head.is_unsafe and not self._brings_own_right(head)
        if is_judged_here and not head.is_same_origin(self._site.scheme):
            return 403
        lengths = head.values("content-length")
        if lengths:
            if len(lengths) != 1 or not (lengths[0].isascii() and lengths[0].isdigit()):
                return 400
            if len(lengths[0]) > 18 or int(lengths[0]) > self._max_body:
                return 413
        return None

    def _brings_own_right(self, head: RequestHead) -> bool:
        """Whether it is judged by its own token behind the door, and by no cookie."""
        path = head.path.removesuffix("/")
        if head.has_bearer or path in OPEN_PATHS:
            return True
        return head.is_websocket and path.startswith(STREAMING_PATH)

    def _session(self, head: RequestHead) -> Session | None:
        if self._brings_own_right(head) or head.path.startswith(APP_PATH):
            return None
        if not head.may_have_session:
            return None
        for _, value in zip(range(MAX_COOKIES), head.cookies(self._site.cookie), strict=False):
            session = self._sessions.find(value)
            if session is not None:
                return session
        return None


class _Answer:
    """The answer to one request, with the safe headers."""

    def __init__(self, scope: Scope, send: Send, *, hsts: bool) -> None:
        self._scope = scope
        self._send = send
        self._hsts = hsts
        self._started = False

    async def send(self, message: Message) -> None:
        """Send a part of it."""
        if message["type"] == "http.response.start":
            self._started = True
            headers = with_safe_headers(message.get("headers", ()), hsts=self._hsts)
            message = {**message, "headers": headers}
        elif message["type"] in ("websocket.accept", "websocket.close"):
            self._started = True
        await self._send(message)

    async def refuse(self, receive: Receive, status: int) -> None:
        """Say no."""
        if self._scope["type"] == "websocket":
            await self.send({"type": "websocket.close", "code": 1008})
            return
        await error_response(self._scope, status)(self._scope, receive, self.send)

    async def fail(self, receive: Receive) -> None:
        """Say that it failed; a part that was sent already must not pass for the whole."""
        if self._started:
            raise ConnectionError("an answer failed in its midst")
        await self.refuse(receive, 500)


def _bounded(receive: Receive, most: int) -> Receive:
    """The body of a request, of which no length was declared, up to its bound."""
    size = 0

    async def receive_bounded() -> Message:
        nonlocal size
        message = await receive()
        if message["type"] == "http.request":
            size += len(message.get("body", b""))
            if size > most:
                raise HTTPException(413)
        return message

    return receive_bounded
