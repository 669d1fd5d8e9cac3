"""The owner's browsers: one-time links, the sessions that they open, and forms that are theirs."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

LINK_SECONDS = 120.0
MAX_LINKS = 16
MAX_SESSIONS = 64
"""The oldest gives way to a new one."""


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that came in by a link of the owner's."""

    secret: bytes

    def csrf(self) -> str:
        """The token that each form of this session carries."""
        return hmac.new(self.secret, b"csrf", hashlib.sha256).hexdigest()

    def is_own(self, token: str) -> bool:
        """Whether a form came from a page of this session."""
        return hmac.compare_digest(self.csrf().encode(), token.encode(errors="replace"))


class Sessions:
    """Sessions and links in memory: they end with the node. What is kept of a link and of a
    cookie's value is its hash alone."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._links: dict[bytes, float] = {}
        self._sessions: dict[bytes, Session] = {}

    def make_link(self) -> str:
        """A secret of 256 bits that opens one session, within `LINK_SECONDS`."""
        now = self._clock()
        self._links = {key: end for key, end in self._links.items() if end > now}
        while len(self._links) >= MAX_LINKS:
            self._links.pop(next(iter(self._links)))
        secret = secrets.token_urlsafe(32)
        self._links[_hashed(secret)] = now + LINK_SECONDS
        return secret

    def redeem(self, secret: str) -> str | None:
        """The value of a new session's cookie; None for a secret that was used, is too old or never
        was one."""
        end = self._links.pop(_hashed(secret), 0.0)
        return None if end <= self._clock() else self._open()

    def _open(self) -> str:
        while len(self._sessions) >= MAX_SESSIONS:
            self._sessions.pop(next(iter(self._sessions)))
        value = secrets.token_urlsafe(32)
        self._sessions[_hashed(value)] = Session(secrets.token_bytes(32))
        return value

    def find(self, value: str) -> Session | None:
        """The session of a cookie's value."""
        return self._sessions.get(_hashed(value))

    def end(self, session: Session) -> None:
        """Forget a session, whatever other cookies its browser sends."""
        kept = {key: one for key, one in self._sessions.items() if one is not session}
        self._sessions = kept


def _hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="replace")).digest()
