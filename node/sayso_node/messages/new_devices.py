"""Devices that came to an account after it was first written with: whoever has stolen its key can
add one, so the owner is told. Kept sealed, and forgotten with the conversation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sayso_protocol.codec import decode, encode
from sayso_protocol.errors import BadShape
from sayso_storage.interface.sealed_records import SealedRecords

NEW_DEVICE: Final = "new device"

MOST: Final = 64
"""Devices of one account that are told of: of more, those that came first."""

_ACCOUNTS: Final = "new device account"
_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A device that writes the feed `feed`; `since_ms` is when this home heard of it."""

    account: bytes
    feed: bytes
    since_ms: int


def put_new_device(records: SealedRecords, device: NewDevice) -> None:
    """Keep one, the first time alone. Raises `StoreError`."""
    with records.writing():
        is_known = records.get(NEW_DEVICE, device.feed) is not None
        if is_known or records.count(NEW_DEVICE, device.account) >= MOST:
            return
        records.put(_ACCOUNTS, device.account, b"")
        value = encode([_VERSION, device.account, device.since_ms])
        records.put(NEW_DEVICE, device.feed, value, device.account)


def new_devices(records: SealedRecords, accounts: Iterable[bytes] | None = None) -> list[NewDevice]:
    """Those of some accounts, or all, the first to come first. Raises `StoreError`."""
    if accounts is None:
        accounts = [one.key for one in records.scan(_ACCOUNTS)]
    found = [
        _read(one.key, one.value)
        for account in accounts
        for one in records.scan(NEW_DEVICE, account)
    ]
    return sorted(found, key=lambda one: one.since_ms)


def forget_new_devices(records: SealedRecords, account: bytes) -> None:
    """Delete those of an account, within a transaction. Raises `StoreError`."""
    for one in list(records.scan(NEW_DEVICE, account)):
        records.delete(NEW_DEVICE, one.key)
    records.delete(_ACCOUNTS, account)


def _read(feed: bytes, value: bytes) -> NewDevice:
    match decode(value):
        case [1, bytes() as account, int() as since_ms]:
            return NewDevice(account, feed, since_ms)
        case _:
            raise BadShape("a device that was kept otherwise")
