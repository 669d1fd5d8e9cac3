"""Redirect addresses of apps: where a code may be sent."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode, urlsplit

OUT_OF_BAND: Final = "urn:ietf:wg:oauth:2.0:oob"
"""In place of an address: the code is shown, and the owner types it into the app."""

MAX_URIS: Final = 8
MAX_URI: Final = 1024

_FORBIDDEN: Final = frozenset(
    ("about", "blob", "chrome", "data", "file", "filesystem", "javascript", "vbscript", "ws", "wss")
)
"""Schemes that run or show something in the page's own place, or lead to no app."""


class BadRedirect(ValueError):
    """An address to which no code is sent."""


def check_redirect(uri: str) -> str:
    """The address, where a code may be sent there. Raises `BadRedirect`."""
    if uri == OUT_OF_BAND:
        return uri
    if not uri or len(uri) > MAX_URI or not uri.isascii() or not uri.isprintable() or " " in uri:
        raise BadRedirect("a redirect address is no longer than 1024 ASCII signs, without spaces")
    try:
        parts = urlsplit(uri)
        has_host = bool(parts.hostname)
    except ValueError as error:
        raise BadRedirect("a redirect address cannot be read") from error
    scheme = parts.scheme.lower()
    if not scheme or scheme in _FORBIDDEN or parts.fragment or ";" in scheme:
        raise BadRedirect(f"no code is sent to {uri[:40]}")
    if parts.username is not None or any(sign in uri for sign in "\\\"'<>`;,"):
        raise BadRedirect("a redirect address has no user name and no such signs")
    if scheme in ("http", "https") and not has_host:
        raise BadRedirect("a redirect address names no host")
    return uri


def with_query(uri: str, **fields: str | None) -> str:
    """An address with more in its query."""
    given = {key: value for key, value in fields.items() if value is not None}
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode(given)}"


def form_target(uri: str) -> str:
    """The source by which a policy's ``form-action`` lets a form lead to an address."""
    parts = urlsplit(uri)
    if parts.scheme in ("http", "https"):
        return f"{parts.scheme}://{parts.netloc}"
    return f"{parts.scheme}:"
