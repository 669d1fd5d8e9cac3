"""The end of a device's feed, declared by its account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sayso_protocol.accounts.statement import NOTHING, End, Revoke, sign_revoke
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.errors import Refused
from sayso_protocol.translation import _
from sayso_storage.interface.store import FeedState, NotSubscribed, Store

from ...clock import now_ms
from ...errors import NodeError, NotFound
from ...home.directory import Home
from ..lookup import find_entry
from .device import Device, account_keystore, find_device
from .pending_device import PendingDevice


def last_entry(store: Store, device: Device, at: str | None) -> End:
    """The entry with which a device's feed is to end: with the entry `at`, an ID, or by
    default with the last one that is held here. Raises `NodeError`."""
    if at is None:
        return _last_held(device.state)
    entry = find_entry(store, at)
    if entry.feed != device.state.feed:
        raise NotFound(
            _("{at} is an entry of another feed: name one of {feed}").format(
                at=at, feed=key_text(entry.feed)
            )
        )
    return End(entry.seq, entry.id)


def revoke(
    home: Home, store: Store, device: Device, end: End | None, passphrase: bytes | None
) -> Device:
    """Let the account end a device's feed, and keep the statement; gives the device as it is
    then. Without `end` the feed ends with the last entry that is held when it is signed: nothing
    that another process posts in this moment is lost. An earlier revoke counts on unless this
    one ends the feed sooner.

    Raises `KeystoreError` where this device does not hold the account's key, other `NodeError`,
    or `StoreError`.
    """
    feed = device.state.feed
    _end(home, store, feed, end, passphrase)
    return find_device(store, key_text(feed))


def revoke_pending(
    home: Home, store: Store, device: PendingDevice, passphrase: bytes | None
) -> PendingDevice:
    """Revoke a pending device: nothing of it will count. Raises as `revoke`."""
    _end(home, store, device.feed, NOTHING, passphrase)
    return replace(device, end=NOTHING)


def _end(home: Home, store: Store, feed: bytes, end: End | None, passphrase: bytes | None) -> None:
    account = account_keystore(home, store, passphrase).account

    def make(states: Sequence[FeedState]) -> Revoke:
        held = next((state for state in states if state.feed == feed), None)
        last = end or (NOTHING if held is None else _last_held(held))
        return sign_revoke(account, feed, last.seq, last.id)

    try:
        store.declare(account.public, make, now_ms())
    except (Refused, NotSubscribed) as error:
        raise NodeError(_("the device cannot be revoked: {error}").format(error=error)) from error


def _last_held(state: FeedState) -> End:
    return End(state.head, state.held[-1].top) if state.held else NOTHING
