"""Pairing: sessions of the local network, which a short code opens that the owner reads off the
screen of the node."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable
from typing import Final

from .sessions import Sessions

CODE_SECONDS: Final = 300.0
CODE_SIZE: Final = 8
ATTEMPTS: Final = 5
"""Wrong codes, from whomever, after which the code ends: of 2^40 there are."""
ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Signs that are not mistaken for each other."""


class PairedSessions(Sessions):
    """Sessions that one code at a time opens, within `CODE_SECONDS`, once. See `Sessions`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(clock)
        self._code = ""
        self._end = 0.0
        self._attempts = 0

    def make_link(self) -> str:
        """A new code, in place of the one before."""
        self._code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_SIZE))
        self._end = self._clock() + CODE_SECONDS
        self._attempts = 0
        return f"{self._code[:4]}-{self._code[4:]}"

    def redeem(self, secret: str) -> str | None:
        """See `Sessions.redeem`; small letters and the hyphen do not matter."""
        if not self._code or self._clock() >= self._end:
            return None
        given = secret.upper().replace("-", "").replace(" ", "")
        if not hmac.compare_digest(given.encode(errors="replace"), self._code.encode()):
            self._attempts += 1
            if self._attempts >= ATTEMPTS:
                self._code = ""
            return None
        self._code = ""
        return self._open()
