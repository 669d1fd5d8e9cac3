"""Devices that were let in here and have not been heard of.

Their grants are not whole until the new feed has signed them too, so there is nothing yet that a
store could keep or that could be passed on. But the owner sees at once whom he has let in, and can
revoke a phone that is lost before it was heard of.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from sayso_protocol.accounts.statement import End, Revoke
from sayso_protocol.crypto.keys import key_text, parse_key
from sayso_protocol.errors import Refused
from sayso_protocol.limits import MAX_FEEDS_AN_ACCOUNT
from sayso_storage.interface.store import Store

from ...errors import HomeError
from ...home.directory import Home, write_secret
from ..lineage import own_account


@dataclass(frozen=True, slots=True)
class PendingDevice:
    """A device that was let in: its feed, what it is called, and its end where it was revoked."""

    feed: bytes
    label: str | None
    end: End | None = None


def awaited(home: Home, store: Store) -> list[PendingDevice]:
    """The devices of the own account that were let in here and have not been heard of, in order.
    Raises `HomeError` or `NotFound`."""
    account = own_account(store)
    said = store.statements_of(account)
    ends = {one.feed: one.end for one in said if isinstance(one, Revoke)}
    return [
        PendingDevice(feed, label, ends.get(feed))
        for owner, feed, label in _read(home)
        if owner == account and store.feed(feed) is None
    ]


def note(home: Home, store: Store, account: bytes, feed: bytes, label: str) -> None:
    """Remember that a device was let in. Raises `HomeError`."""
    old = [one for one in _read(home) if one[1] != feed and store.feed(one[1]) is None]
    kept = [*old, (account, feed, label or None)][-MAX_FEEDS_AN_ACCOUNT:]
    rows = [[key_text(owner), key_text(one), name] for owner, one, name in kept]
    draft = home.awaited.with_suffix(".new")
    draft.unlink(missing_ok=True)
    write_secret(draft, json.dumps(rows).encode())
    draft.replace(home.awaited)


def _read(home: Home) -> list[tuple[bytes, bytes, str | None]]:
    try:
        rows = json.loads(home.awaited.read_text())
        return [(parse_key(owner), parse_key(feed), label) for owner, feed, label in rows]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError, Refused) as error:
        raise HomeError(f"{home.awaited} is damaged: remove it") from error
