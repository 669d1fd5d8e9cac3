"""The head of a request, as the door looks at it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from starlette.types import Scope

SAFE_METHODS: Final = frozenset(("GET", "HEAD", "OPTIONS"))

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


class RequestHead:
    """The headers of a request, each with every value that it has."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._found: dict[str, list[str]] = {}
        for name, value in scope["headers"]:
            text = value.decode("latin-1")
            self._found.setdefault(name.decode("latin-1").lower(), []).append(text)
        self.path: str = scope["path"]
        self.is_websocket = scope["type"] == "websocket"
        self.is_unsafe = self.is_websocket or scope["method"] not in SAFE_METHODS

    def values(self, name: str) -> list[str]:
        """Every value of a header."""
        return self._found.get(name, [])

    def only(self, name: str) -> str | None:
        """The value of a header that is there once; None for any other number."""
        values = self.values(name)
        return values[0] if len(values) == 1 else None

    @property
    def has_plain_target(self) -> bool:
        """Whether the target is a path of this server: neither another's address, as a proxy gets
        it, nor ``*``; and one without control characters: a pattern of routes takes a path with a
        line feed at its end for the one without."""
        raw = self._scope.get("raw_path") or self.path.encode()
        return bool(raw[:1] == b"/") and _CONTROL.search(self.path) is None

    @property
    def has_bearer(self) -> bool:
        """Whether it brings a token of its own: no page of another site can add one."""
        given = self.only("authorization") or ""
        return given[:7].lower() == "bearer "

    def is_same_origin(self, scheme: str) -> bool:
        """Whether a page of this server sent it, as the browser says: the same scheme, name and
        port, and nothing else that speaks against it."""
        origin, host = self.only("origin"), self.only("host")
        if origin is None or host is None:
            return False
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        if (parts.scheme, parts.netloc, parts.path) != (scheme, host.lower(), ""):
            return False
        return self.values("sec-fetch-site") in ([], ["same-origin"])

    @property
    def may_have_session(self) -> bool:
        """Whether a cookie may count: not for what another site, or another server under the same
        name, embeds; only where the person goes there."""
        sites = self.values("sec-fetch-site")
        if sites in ([], ["same-origin"], ["none"]):
            return True
        return self.values("sec-fetch-mode") == ["navigate"] and not self.is_unsafe

    def cookies(self, name: str) -> Iterator[str]:
        """The values of cookies of this name: another server under the same name may have set one,
        too, and neither spoils the other."""
        for line in self.values("cookie"):
            for pair in line.split(";"):
                key, _, value = pair.strip().partition("=")
                if key == name:
                    yield value
