"""Feed tokens: what stands in the address of a feed, since readers of feeds have no session. Of
each its hash alone is kept, for the owner alone."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Final

from sayso_protocol.translation import _

from ...errors import HomeError
from ...home.directory import Home
from ...home.secret_file import read_secret, write_secret

MAX_TOKENS: Final = 16
"""The oldest gives way to a new one."""


class FeedTokens:
    """The tokens of a home. They open feeds, and nothing else. Every method raises `HomeError`."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def make(self) -> str:
        """A new token of 256 bits, to be told once."""
        token = secrets.token_urlsafe(32)
        self._write([*self._hashes(), _hashed(token)][-MAX_TOKENS:])
        return token

    def knows(self, token: str) -> bool:
        """Whether a token opens feeds."""
        return _hashed(token) in self._hashes()

    def end_all(self) -> int:
        """Let no token work any more; gives how many did."""
        count = len(self._hashes())
        if count:
            self._write([])
        return count

    def _hashes(self) -> list[str]:
        path = self._home.feed_tokens
        if not path.exists():
            return []
        try:
            found = json.loads(read_secret(path))
        except ValueError:
            found = None
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise HomeError(
                _("{path} is damaged: remove it, and make new addresses of feeds").format(path=path)
            )
        return found

    def _write(self, hashes: list[str]) -> None:
        write_secret(self._home.feed_tokens, json.dumps(hashes).encode(), replace=True)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
