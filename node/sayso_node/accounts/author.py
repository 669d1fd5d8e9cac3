"""The author of a home: whoever writes to its feed."""

from __future__ import annotations

from dataclasses import dataclass

from sayso_protocol.content.body import KnownBody, write_body
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.feed.run import Run
from sayso_protocol.limits import MAX_RUN_ENTRIES
from sayso_storage.interface.store import FeedState, Store, StoreError

from ..clock import now_ms
from ..errors import AccountMoved
from ..home.directory import Home
from ..home.keystore import read_keystore
from .clone_guard import refuse_clone
from .continuation import continue_feed
from .lineage import own_account
from .signing_record import note_signed, read_record


class Author:
    """Appends to the own feed. The keystore is not read until the first entry."""

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
        refuse_clone(self._home, self._store)
        feed = self._key()
        try:
            return self._append(feed, written)
        except StoreError:
            if not self._has_moved(feed):
                raise
        self._feed = None  # another process changed the account's key in this moment
        return self._append(self._key(), written)

    def _append(self, feed: KeyPair, written: list[bytes]) -> Run:
        now, record = now_ms(), read_record(self._home)

        def sign(state: FeedState) -> Run:
            if record is not None:
                record.check(state)
            return continue_feed(feed, state, written, now)

        run = self._store.publish(sign, now)
        note_signed(self._home, run.feed, run.last, now)
        return run

    def _has_moved(self, feed: KeyPair) -> bool:
        own = self._store.own_feed()
        if own is None:
            return False
        return own.feed != feed.public or self._store.successor(own.account) is not None

    def _key(self) -> KeyPair:
        if self._feed is None:
            self._follow_account()
            self._feed = read_keystore(self._home.keys, self._passphrase).feed
        return self._feed

    def _follow_account(self) -> None:
        """Go over to the account's next keys where a rotation was interrupted on its way to
        them. Raises `AccountMoved` where it was made on another device."""
        self._finish_rotation()
        own = self._store.own_feed()
        while own is not None and self._store.successor(own.account) is not None:
            # Another process may have rotated since the next keys were read.
            self._finish_rotation()
            now = self._store.own_feed()
            if now is not None and now.account == own.account:
                keystore = read_keystore(self._home.keys, self._passphrase)
                raise AccountMoved(enrolled=keystore.account_seed is None)
            own = now

    def _finish_rotation(self) -> None:
        if self._home.next_keys.exists():
            from .rotation import finish, is_moving

            if is_moving(self._home, self._store, self._passphrase):
                finish(self._home, self._store, self._passphrase)


@dataclass(frozen=True, slots=True)
class Published:
    """An own entry that is durable."""

    id: bytes
    account: bytes
    feed: bytes
    seq: int
    time_ms: int
    already: bool = False
    """Whether it was there before: what was to be said is said, and nothing was written."""
    run: Run | None = None
    """All that was written with it."""


def published(store: Store, run: Run) -> Published:
    """The last entry of an own run."""
    account = own_account(store)
    return Published(run.tip, account, run.feed, run.last, run.times[-1], run=run)
