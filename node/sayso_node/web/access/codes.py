"""Authorization codes: what an app exchanges for a token, once and within a minute."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from .grants import hashed

CODE_SECONDS: Final = 60.0
MAX_CODES: Final = 32


@dataclass(frozen=True, slots=True)
class Consent:
    """The owner's yes to an app: where the code goes, for what, and the S256 challenge of the app
    (RFC 7636) where it made one."""

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    challenge: str | None = None

    def is_answered(self, verifier: str) -> bool:
        """Whether a verifier is that of the challenge. Without a challenge there must be none."""
        if self.challenge is None:
            return not verifier
        made = hashlib.sha256(verifier.encode(errors="replace")).digest()
        answer = base64.urlsafe_b64encode(made).rstrip(b"=").decode()
        return bool(verifier) and hmac.compare_digest(answer, self.challenge)


class Codes:
    """Codes in memory, as hashes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waiting: dict[str, tuple[float, Consent]] = {}

    def make(self, consent: Consent) -> str:
        """A code for this consent."""
        while len(self._waiting) >= MAX_CODES:
            self._waiting.pop(next(iter(self._waiting)))
        code = secrets.token_urlsafe(32)
        self._waiting[hashed(code)] = self._clock() + CODE_SECONDS, consent
        return code

    def redeem(self, code: str) -> Consent | None:
        """The consent of a code, the first time; None for a code that is too old, or never was
        one."""
        end, consent = self._waiting.pop(hashed(code), (0.0, None))
        return consent if end > self._clock() else None
