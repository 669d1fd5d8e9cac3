"""Rotation of the account's key: from the one in use to the next one of the recovery phrase.

Three things change, each of them at once: the keys that come next are written beside those in
use, the store takes in the rotation, and then the home moves over to them. A crash before the
second leaves everything as it was; after it whoever needs the keys next ends the move
(`finish`), for which the phrase is not needed any more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sayso_protocol.accounts.statement import FeedEnd, Rotate, sign_rotate
from sayso_protocol.content.body import KnownBody, Open, Profile, write_body
from sayso_protocol.crypto.phrase import key_index
from sayso_protocol.errors import Refused
from sayso_protocol.feed.run import Run
from sayso_protocol.limits import MAX_ACCOUNT_KEYS
from sayso_protocol.translation import _
from sayso_storage.interface.store import FeedState, NotSubscribed, Store

from ..clock import now_ms
from ..errors import HomeError, NodeError
from ..home.atomic_file import sync_directory
from ..home.directory import Home
from ..home.keystore import Keystore, read_keystore, write_keystore
from ..home.letter_keys import moving_letters
from .continuation import continue_feed
from .creation import NewHome, grant_to, keystore_from_phrase
from .devices.device import check_label, label_of
from .lineage import line_of, own_account, own_accounts
from .profile import newest_profile


@dataclass(frozen=True, slots=True)
class Rotated:
    """The outcome of a rotation: the account before, the account now with this device's feed, and
    feeds of the old account that are lost, since nothing of them is held here."""

    old: bytes
    new_home: NewHome
    lost: list[bytes]


def rotate(
    home: Home,
    store: Store,
    phrase: str,
    label: str | None,
    passphrase: bytes | None,
    hand_over: Callable[[bytes], None] = lambda _: None,
) -> Rotated:
    """Let the next key of the phrase follow the account's, and this home go on under it.
    `hand_over` is given the next key while the one in use still speaks.

    Where another device did that already, this one follows it. A move that was interrupted is
    ended, and nothing else is done. Raises `NodeError`, `StoreError`, or `Refused` for a phrase
    that is none or another account's.
    """
    device = check_label(label)
    old = own_account(store)
    index = key_index(phrase, old)
    if is_moving(home, store, passphrase):
        new_home = finish(home, store, passphrase, device)
        line = own_accounts(store)
        return Rotated(line[line.index(new_home.account) - 1], new_home, [])
    read_keystore(home.keys, passphrase)  # a wrong passphrase must not seal the next keys
    newest = line_of(store, old)[-1]
    index = index + 1 if newest == old else key_index(phrase, newest)
    keystore = _prepare_next_keys(home, phrase, index, passphrase)
    lost = []
    if newest == old:
        hand_over(keystore.account.public)
        lost = _announce(store, keystore, old)
    return Rotated(old, finish(home, store, passphrase, device), lost)


def _prepare_next_keys(home: Home, phrase: str, index: int, passphrase: bytes | None) -> Keystore:
    """Write the keystore of key number `index` beside the one in use. Raises `NodeError`."""
    if index >= MAX_ACCOUNT_KEYS:
        raise NodeError(_("the phrase has no further key: make a new account with `sayso init`"))
    home.next_keys.unlink(missing_ok=True)
    keystore = keystore_from_phrase(phrase, index)
    write_keystore(home.next_keys, keystore, passphrase)
    return keystore


def is_moving(home: Home, store: Store, passphrase: bytes | None) -> bool:
    """Whether a rotation is in the store and this home has yet to follow it. Raises
    `NodeError`."""
    try:
        is_empty = home.next_keys.stat().st_size == 0
    except FileNotFoundError:
        return False
    if is_empty:
        # A full disk left it so, and nothing was announced before all of it was on the disk. It
        # stays: what another process writes in its place must not be removed for it.
        return False
    account = _next_keystore(home, passphrase).account.public
    return account in own_accounts(store)


def finish(home: Home, store: Store, passphrase: bytes | None, device: str = "") -> NewHome:
    """End the move to the next keys; each step of it may have been done before.

    Raises `NodeError` or `StoreError`.
    """
    keystore = _next_keystore(home, passphrase)
    grant = grant_to(keystore)
    before = read_keystore(home.keys, passphrase).feed
    try:
        store.add_own(grant, now_ms())
    except Refused as error:
        raise NodeError(
            _("the feed under the new key cannot be opened: {error}").format(error=error)
        ) from error
    first_bodies = [Open(grant.wire, device or label_of(store, before.public)), *_profile(store)]
    with suppress(_OpenAlready):
        _open_feed(store, keystore, first_bodies)
    with moving_letters(home, before.seed, keystore.feed.seed):
        with suppress(FileNotFoundError):  # another process ended the move in this moment
            home.next_keys.replace(home.keys)
        sync_directory(home.path)
    return NewHome(grant.account, grant.feed)


class _OpenAlready(Exception):
    """The feed under the new key has its first entries."""


def _open_feed(store: Store, keystore: Keystore, first_bodies: Sequence[KnownBody]) -> None:
    written, now = [write_body(body) for body in first_bodies], now_ms()

    def make(state: FeedState) -> Run:
        if state.held:  # looked at where no other process can write: it may do the same now
            raise _OpenAlready
        return continue_feed(keystore.feed, state, written, now)

    store.publish(make, now)


def _next_keystore(home: Home, passphrase: bytes | None) -> Keystore:
    """The keys that come next, which another process may move over to in this moment."""
    try:
        return read_keystore(home.next_keys, passphrase)
    except HomeError:
        if home.next_keys.exists():
            raise
        return read_keystore(home.keys, passphrase)


def _announce(store: Store, keystore: Keystore, old: bytes) -> list[bytes]:
    """Make and keep the rotation; gives the feeds that it cannot name. Raises `NodeError`."""
    lost: list[bytes] = []

    def make(states: Sequence[FeedState]) -> Rotate:
        lost.extend(state.feed for state in states if not state.held and state.end is None)
        ends = [end for state in states if (end := _end_of(state)) is not None]
        return sign_rotate(keystore.account, old, ends)

    try:
        store.declare(old, make, now_ms())
    except (Refused, NotSubscribed) as error:
        raise NodeError(_("the key cannot be changed: {error}").format(error=error)) from error
    return lost


def _end_of(state: FeedState) -> FeedEnd | None:
    """The end of a feed of the old account: where it was revoked, else with what is held."""
    if state.end is not None:
        return None if state.end.id is None else (state.feed, state.end.seq, state.end.id)
    return (state.feed, state.head, state.held[-1].top) if state.held else None


def _profile(store: Store) -> list[KnownBody]:
    """The profile so far, to go on under the new key."""
    profile = newest_profile(store, own_accounts(store))
    return [profile] if profile != Profile() else []
