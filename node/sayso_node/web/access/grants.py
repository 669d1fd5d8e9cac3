"""Grants: the apps that registered here, and the tokens that the owner gave them.

They lie in one file of the home, for its owner alone. Of tokens and of the secrets of apps only
hashes are in it. The running node and the command `sayso apps` both change it, so it is read again
whenever it was written.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from sayso_protocol.translation import _

from ...clock import now_ms
from ...errors import HomeError
from ...home.directory import Home
from ...home.owner_file import owner_files_lock
from ...home.secret_file import read_secret, write_secret

MAX_APPS: Final = 100
"""The oldest without a token gives way; anybody on this machine may register one."""
MAX_TOKENS: Final = 100
"""The oldest gives way."""
MAX_FILE: Final = 2 << 20
MAX_APP_TOKENS: Final = 64
"""Tokens of apps for themselves, which are kept in memory and read nothing of the owner's."""


@dataclass(frozen=True, slots=True)
class App:
    """A registered app. `secret` is a hash, in hexadecimal digits."""

    client_id: str
    secret: str
    name: str
    website: str | None
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]
    created_ms: int

    def has_secret(self, given: str) -> bool:
        """Whether this is the secret that the app was given."""
        return hmac.compare_digest(self.secret, hashed(given))


@dataclass(frozen=True, slots=True)
class Token:
    """A token that the owner gave an app; `hash` stands for it. `owner` is False for a token that
    an app got for itself."""

    hash: str
    client_id: str
    scopes: tuple[str, ...]
    created_ms: int
    owner: bool = True


@dataclass(frozen=True, slots=True)
class _Content:
    apps: tuple[App, ...] = ()
    tokens: tuple[Token, ...] = ()


class Grants:
    """See the module. Safe from several threads. Methods that change something raise `HomeError`;
    so does everything where the file cannot be read."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._content = _Content()
        self._for_apps: dict[str, Token] = {}

    def apps(self) -> Sequence[App]:
        """Every app, the oldest first."""
        return self._read().apps

    def tokens(self) -> Sequence[Token]:
        """Every token that the owner gave, the oldest first."""
        return self._read().tokens

    def app(self, client_id: str) -> App | None:
        """An app by its id."""
        return next((one for one in self._read().apps if one.client_id == client_id), None)

    def token(self, given: str) -> Token | None:
        """What a token allows; None for one that was never given, or was revoked."""
        wanted = hashed(given)
        found = self._for_apps.get(wanted)
        if found is not None:
            return found
        return next((one for one in self._read().tokens if one.hash == wanted), None)

    def register(
        self, name: str, website: str | None, uris: Sequence[str], scopes: Sequence[str]
    ) -> tuple[App, str]:
        """A new app, and its secret."""
        secret = secrets.token_urlsafe(32)
        app = App(
            secrets.token_urlsafe(24),
            hashed(secret),
            name,
            website,
            tuple(uris),
            tuple(scopes),
            now_ms(),
        )

        def change(old: _Content) -> _Content:
            used = {one.client_id for one in old.tokens}
            idle = [one.client_id for one in old.apps if one.client_id not in used]
            too_many = set(idle[: max(len(old.apps) + 1 - MAX_APPS, 0)])
            kept = [one for one in old.apps if one.client_id not in too_many]
            return replace(old, apps=(*kept, app))

        self._change(change)
        return app, secret

    def give(self, client_id: str, scopes: Sequence[str], *, owner: bool = True) -> str:
        """A new token of 256 bits."""
        given = secrets.token_urlsafe(32)
        token = Token(hashed(given), client_id, tuple(scopes), now_ms(), owner)
        if not owner:
            with self._lock:
                while len(self._for_apps) >= MAX_APP_TOKENS:
                    self._for_apps.pop(next(iter(self._for_apps)))
                self._for_apps[token.hash] = token
            return given
        self._change(lambda old: replace(old, tokens=(*old.tokens[-MAX_TOKENS + 1 :], token)))
        return given

    def revoke(self, given: str, client_id: str) -> bool:
        """End a token of an app; False where it has none such."""
        wanted = hashed(given)
        found = self.token(given)
        if found is None or found.client_id != client_id:
            return False
        self._for_apps.pop(wanted, None)
        return self._end(lambda token: token.hash == wanted)

    def revoke_app(self, client_id: str) -> bool:
        """End all tokens of an app, and forget it."""

        def change(old: _Content) -> _Content:
            apps = tuple(one for one in old.apps if one.client_id != client_id)
            tokens = tuple(one for one in old.tokens if one.client_id != client_id)
            return _Content(apps, tokens)

        for token in [one for one in self._for_apps.values() if one.client_id == client_id]:
            self._for_apps.pop(token.hash, None)
        return self._change(change)

    def _end(self, ends: Callable[[Token], bool]) -> bool:
        def change(old: _Content) -> _Content:
            return replace(old, tokens=tuple(one for one in old.tokens if not ends(one)))

        self._change(change)
        return True

    def _change(self, change: Callable[[_Content], _Content]) -> bool:
        with self._lock, _owner_files_lock(self._home):
            old = self._read_now()
            new = change(old)
            if new == old:
                return False
            content = json.dumps(asdict(new), indent=1).encode()
            if len(content) > MAX_FILE:  # it could not be read again
                raise HomeError(
                    _("too many apps are registered here: `sayso apps list` names them")
                )
            write_secret(self._home.apps, content, replace=True)
            self._stamp, self._content = self._look(), new
        return True

    def _read(self) -> _Content:
        with self._lock:
            return self._read_now()

    def _read_now(self) -> _Content:
        stamp = self._look()
        if stamp != self._stamp:
            self._content = _Content() if stamp is None else _content_of(self._home)
            self._stamp = stamp
        return self._content

    def _look(self) -> tuple[int, int, int] | None:
        try:
            found = os.lstat(self._home.apps)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise HomeError(
                _("cannot read {apps}: {reason}").format(
                    apps=self._home.apps, reason=error.strerror
                )
            ) from error
        return found.st_ino, found.st_mtime_ns, found.st_size


def hashed(secret: str) -> str:
    """What is kept of a secret of 256 bits; such a one needs no salt and no slow hash."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def app_id(client_id: str) -> str:
    """What an app is called by in commands: its own id is for the app alone."""
    return hashed(client_id)[:8]


@contextmanager
def _owner_files_lock(home: Home) -> Iterator[None]:
    try:
        with owner_files_lock(home):
            yield
    except OSError as error:
        raise HomeError(
            _("cannot use {path}: {reason}").format(path=home.path, reason=error.strerror)
        ) from error


def _content_of(home: Home) -> _Content:
    try:
        read = json.loads(read_secret(home.apps, MAX_FILE))
        return _Content(
            tuple(App(**_tuples(one)) for one in read["apps"]),
            tuple(Token(**_tuples(one)) for one in read["tokens"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise HomeError(
            _("{apps} is damaged: remove it, and give your apps access anew").format(apps=home.apps)
        ) from error


def _tuples(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(one) if isinstance(one, list) else one for key, one in fields.items()}
