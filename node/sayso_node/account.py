"""Making an account in an empty home, and opening the one that is there."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from sayso_protocol.body import KnownBody, Open, Profile, write_body
from sayso_protocol.hashing import next_key_hash
from sayso_protocol.keys import KeyPair
from sayso_protocol.limits import MAX_RUN_ENTRIES
from sayso_protocol.run import Run, sign_run
from sayso_protocol.statement import Grant, sign_grant
from sayso_storage.interface import FeedState, Store
from sayso_storage.sqlite import open_store

from .clock import now_ms
from .errors import HomeError
from .home import Home, write_secret
from .vault import Vault, read_vault, write_vault


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What `create_account` made; the phrase is shown once and kept nowhere."""

    account: bytes
    feed: bytes
    phrase: str


def create_account(home: Home, name: str | None, passphrase: bytes | None) -> NewAccount:
    """Make keys, store and the feed's first entries. Raises `NodeError` or `StoreError`.

    The key file comes last and by one rename: a home is whole or not there at all.
    """
    from sayso_protocol.phrase import ENTROPY_SIZE, account_keys, phrase_of

    home.prepare()
    _refuse_used(home)
    phrase = phrase_of(secrets.token_bytes(ENTROPY_SIZE))
    account, following = account_keys(phrase, 0), account_keys(phrase, 1)
    feed_seed = secrets.token_bytes(32)
    feed = KeyPair.from_seed(feed_seed)
    promised = next_key_hash(following.public)
    grant = sign_grant(account, feed.public, promised)
    draft = Home(home.path / ".new")
    _clear(draft)
    draft.prepare()
    write_vault(draft.keys, Vault(_account_seed(account), feed_seed, promised), passphrase)
    write_secret(draft.node_key, secrets.token_bytes(32))
    _write_store(draft, feed, grant, name)
    for part in (draft.store, draft.node_key, draft.keys):
        part.rename(home.path / part.name)
    draft.path.rmdir()
    return NewAccount(account.public, feed.public, phrase)


def open_home(home: Home) -> Store:
    """Open the store of an existing home. Raises `HomeError` or `StoreError`."""
    if not home.exists:
        raise HomeError(f"no account in {home.path}: make one with `sayso init`")
    return open_store(home.store)


class Author:
    """Appends to the own feed. Opening the vault costs nothing until the first entry."""

    def __init__(self, home: Home, store: Store, passphrase: bytes | None = None) -> None:
        self._home = home
        self._store = store
        self._passphrase = passphrase
        self._feed: KeyPair | None = None

    def publish(self, bodies: list[KnownBody]) -> Run:
        """Append up to `MAX_RUN_ENTRIES` bodies, durable when this returns.

        Raises `Refused` for a body over its limits, `NodeError` or `StoreError`.
        """
        if not 0 < len(bodies) <= MAX_RUN_ENTRIES:
            raise ValueError("between one body and a run of them")
        written = [write_body(body) for body in bodies]
        feed = self._key()
        now = now_ms()
        return self._store.publish(lambda state: continue_feed(feed, state, written, now), now)

    def _key(self) -> KeyPair:
        if self._feed is None:
            self._feed = read_vault(self._home.keys, self._passphrase).feed
        return self._feed


def continue_feed(feed: KeyPair, state: FeedState, bodies: list[bytes], now: int) -> Run:
    """Sign bodies as the entries that come after what a feed holds, at the time `now` in Unix
    milliseconds."""
    head = state.held[-1] if state.held else None
    if head is None:
        return sign_run(feed, 1, None, [now] * len(bodies), bodies)
    # A clock that was set back must not make a feed whose times decrease.
    time_ms = max(now, head.last_ms)
    return sign_run(feed, head.last + 1, head.top, [time_ms] * len(bodies), bodies)


def _write_store(draft: Home, feed: KeyPair, grant: Grant, name: str | None) -> None:
    bodies: list[KnownBody] = [Open(grant.wire)]
    if name is not None:
        bodies.append(Profile(name=name))
    written = [write_body(body) for body in bodies]
    now = now_ms()
    store = open_store(draft.store)
    try:
        store.add_own(grant, now)
        store.publish(lambda state: continue_feed(feed, state, written, now), now)
    finally:
        store.close()


def _refuse_used(home: Home) -> None:
    if home.exists:
        raise HomeError(f"{home.path} has an account already: name another --home for a new one")
    if home.store.exists():
        raise HomeError(
            f"{home.path} holds a store but no keys: move it away, or put its keys.json back"
        )
    if not os.access(home.path, os.W_OK):
        raise HomeError(f"cannot write in {home.path}: check its permissions")


def _clear(draft: Home) -> None:
    """Remove what an interrupted attempt left."""
    if draft.path.is_dir() and not draft.path.is_symlink():
        for path in draft.path.iterdir():
            path.unlink()
        draft.path.rmdir()


def _account_seed(account: KeyPair) -> bytes:
    # libsodium's secret key is the seed followed by the public key.
    return account.secret[:32]


def default_home() -> Path:
    """``SAYSO_HOME``, or the platform's directory for a user's data."""
    named = os.environ.get("SAYSO_HOME")
    if named:
        return Path(named).expanduser()
    from platformdirs import user_data_path

    return user_data_path("sayso", appauthor=False)
