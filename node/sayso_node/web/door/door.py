"""The door: what is looked at of each request before any page or route sees it.

An ASGI application round another; nothing is buffered, so streams and disconnects pass."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..site import Site
from .headers import with_safe_headers
from .sessions import Session, Sessions

SAFE_METHODS: Final = frozenset(("GET", "HEAD", "OPTIONS"))

OPEN_PATHS: Final = frozenset(
    ("/oauth/token", "/oauth/revoke", "/api/v1/apps", "/api/v1/streaming")
)
"""Apps come here before they have a token, or with one that stands in no header, from no page of
ours. No cookie counts there."""

SESSION: Final = "sayso.session"
"""The key of the scope under which pages find the `Session` of a request, or None."""

ZERO_COPY: Final = ("http.response.pathsend", "http.response.zerocopysend")
"""Extensions by which the server sends files from the event loop, up to 1 GiB a call: for that
long nothing else would run."""


class Door:
    """Turns away what does not come from the owner: another `Host` with 421 (DNS rebinding), a form
    or a stream of another site with 403, a body over `max_body` bytes with 413."""

    def __init__(self, app: ASGIApp, sessions: Sessions, site: Site, max_body: int) -> None:
        self._app = app
        self._sessions = sessions
        self._hosts = frozenset(f"{host}:{site.port}" for host in site.hosts)
        self._cookie = site.cookie
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = _headers_of(scope)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await _refuse(scope, send, *refusal)
            return
        own_right = _has_bearer(headers) or _path_of(scope) in OPEN_PATHS
        scope[SESSION] = None if own_right else self._session(headers)
        for name in ZERO_COPY:
            scope.get("extensions", {}).pop(name, None)

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": with_safe_headers(message.get("headers", ()))}
            await send(message)

        await self._app(scope, receive, send_safely)

    def _refusal(self, scope: Scope, headers: dict[str, list[str]]) -> tuple[int, str] | None:
        hosts = headers.get("host", [])
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return 421, "This server answers to its own names only."
        unsafe = scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS
        if unsafe and not _has_bearer(headers) and _path_of(scope) not in OPEN_PATHS:
            sites = headers.get("sec-fetch-site", ["same-origin"])
            if not _is_same_origin(scope, headers, hosts[0]) or sites != ["same-origin"]:
                return 403, "This came from another page than this server's own."
        lengths = headers.get("content-length", ["0"])
        if len(lengths) != 1 or not (lengths[0].isascii() and lengths[0].isdigit()):
            return 400, "The length of the body is no number."
        if int(lengths[0][:20]) > self._max_body:
            return 413, f"More than {self._max_body} bytes are not taken."
        return None

    def _session(self, headers: dict[str, list[str]]) -> Session | None:
        cookies: SimpleCookie = SimpleCookie()
        try:
            for line in headers.get("cookie", []):
                cookies.load(line)
        except CookieError:
            return None
        found = cookies.get(self._cookie)
        return None if found is None else self._sessions.find(found.value)


def _path_of(scope: Scope) -> str:
    path: str = scope["path"]
    return path.removesuffix("/")


def _headers_of(scope: Scope) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        found.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return found


def _has_bearer(headers: dict[str, list[str]]) -> bool:
    """Whether a request brings a token of its own: no page of another site can add one."""
    given = headers.get("authorization", [])
    return len(given) == 1 and given[0][:7].lower() == "bearer "


def _is_same_origin(scope: Scope, headers: dict[str, list[str]], host: str) -> bool:
    origins = headers.get("origin", [])
    if len(origins) != 1 or origins[0] == "null":
        return False
    scheme = {"ws": "http", "wss": "https"}.get(scope["scheme"], scope["scheme"])
    try:
        parts = urlsplit(origins[0])
    except ValueError:
        return False
    return (parts.scheme, parts.netloc) == (scheme, host.lower())


async def _refuse(scope: Scope, send: Send, status: int, text: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": text})
        return
    kind: list[tuple[bytes, Any]] = [(b"content-type", b"text/plain; charset=utf-8")]
    headers = with_safe_headers(kind)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{text}\n".encode()})
