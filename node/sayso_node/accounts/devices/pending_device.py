"""Pending devices: their enrolment was approved here, and nothing of their feeds has come.

Their grants are not whole until the new feed has signed them too, so there is nothing yet that a
store could keep or that could be passed on. But the owner sees at once which devices were added,
and can revoke a phone that is lost before anything of its feed has come.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import NamedTuple

from sayso_protocol.accounts.statement import End, Revoke
from sayso_protocol.crypto.keys import key_text, parse_key
from sayso_protocol.errors import Refused
from sayso_protocol.limits import MAX_FEEDS_AN_ACCOUNT
from sayso_protocol.translation import _
from sayso_storage.interface.store import Store

from ...errors import HomeError
from ...home.directory import Home
from ...home.secret_file import write_secret
from ..lineage import own_account


@dataclass(frozen=True, slots=True)
class PendingDevice:
    """A device to come: its feed, its label, and its end where it was revoked."""

    feed: bytes
    label: str | None
    end: End | None = None


class _PendingRow(NamedTuple):
    account: bytes
    feed: bytes
    label: str | None


def pending_devices(home: Home, store: Store) -> list[PendingDevice]:
    """The pending devices of the own account, in order of their enrolment.
    Raises `HomeError` or `NotFound`."""
    account = own_account(store)
    statements = store.statements_of(account)
    ends = {one.feed: one.end for one in statements if isinstance(one, Revoke)}
    return [
        PendingDevice(row.feed, row.label, ends.get(row.feed))
        for row in _read(home)
        if row.account == account and store.feed(row.feed) is None
    ]


def add_pending_device(home: Home, store: Store, account: bytes, feed: bytes, label: str) -> None:
    """Note a device whose enrolment is approved. Raises `HomeError`."""
    old = [row for row in _read(home) if row.feed != feed and store.feed(row.feed) is None]
    rows = [*old, _PendingRow(account, feed, label or None)][-MAX_FEEDS_AN_ACCOUNT:]
    texts = [[key_text(row.account), key_text(row.feed), row.label] for row in rows]
    write_secret(home.pending_devices, json.dumps(texts).encode(), replace=True)


def _read(home: Home) -> list[_PendingRow]:
    try:
        rows = json.loads(home.pending_devices.read_text())
        return [
            _PendingRow(parse_key(account), parse_key(feed), label) for account, feed, label in rows
        ]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError, Refused) as error:
        raise HomeError(
            _("{pending_devices} is damaged: remove it").format(
                pending_devices=home.pending_devices
            )
        ) from error
