"""What messages to an account wait for, as far as this home can tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sayso_protocol.codec import decode
from sayso_protocol.errors import Refused
from sayso_protocol.private.mailbox_state import PEER
from sayso_protocol.private.peer import Peer
from sayso_protocol.private.private_limits import PREKEY_FRESH_MS
from sayso_storage.interface.sealed_records import SealedRecords
from sayso_storage.interface.store import Store

from ..accounts.lineage import newest_keys
from ..knocks.outgoing import best_way, price_of
from ..messages.device_mailbox import deliveries
from ..messages.prekeys import known_devices


class Reason(StrEnum):
    """Why nothing goes; names that programs read."""

    NODE_OFF = "node-off"
    """The own node does not run."""
    NODE_LOCKED = "node-locked"
    """It runs without the passphrase of the keys."""
    NODE_STARTS = "node-starts"
    """It first hears from peers where the own feed stands."""
    UNKNOWN = "unknown-account"
    """Nothing of the account has come here."""
    NO_KEY = "no-key"
    """No key for messages of it has."""
    OLD_KEY = "old-key"
    """The newest is too old to be written to."""
    CLOSED = "closed-door"
    """Nobody may knock who comes by the way that this owner has."""
    STAMP = "stamp"
    """A knock of it has to bring some work, which the node does or did."""
    NO_CARRIER = "no-carrier"
    """No node is known that takes letters for it."""
    CARRIERS_AWAY = "carriers-away"
    """None of those that are known answers."""
    SENDING = "sending"
    """Nothing that can be told: it goes soon."""


@dataclass(frozen=True, slots=True)
class NodeState:
    """What the running node says: `state` is `starts`, `locked` or `serves`; by account the number
    of carriers that are known, None where it did not look yet, and of those that answer."""

    state: str
    carriers: Mapping[bytes, tuple[int | None, int]]

    @classmethod
    def read(cls, answer: Mapping[str, Any]) -> NodeState:
        """Of an answer of the node's. Raises `ValueError`."""
        found = answer.get("carriers", {})
        rows = {bytes.fromhex(key): (known, reached) for key, [known, reached] in found.items()}
        return cls(str(answer.get("state", "starts")), rows)


def reasons(
    store: Store,
    records: SealedRecords,
    accounts: list[bytes],
    node: NodeState | None,
    now_ms: int,
) -> dict[bytes, Reason]:
    """Of each account what messages to it wait for; `node` is None where none runs. Raises
    `StoreError`."""
    talking = _talking(records)
    knocks = {one.account for one in deliveries(records) if one.at_door}
    newest = dict(zip(accounts, newest_keys(store, accounts), strict=True))
    return {
        account: _of_the_door(
            store,
            newest[account],
            knocks,
            _reason(store, newest[account], node, now_ms, talks=newest[account] in talking),
        )
        for account in accounts
    }


def _of_the_door(store: Store, account: bytes, knocks: set[bytes], reason: Reason) -> Reason:
    """The same, or that a knock waits that has to bring work."""
    if reason is not Reason.SENDING or account not in knocks:
        return reason
    return Reason.STAMP if price_of(store, account, best_way(store, account)) else reason


def _reason(
    store: Store, account: bytes, node: NodeState | None, now_ms: int, *, talks: bool
) -> Reason:
    if node is None:
        return Reason.NODE_OFF
    if node.state != "serves":
        return Reason.NODE_LOCKED if node.state == "locked" else Reason.NODE_STARTS
    if not store.feeds_of(account):
        return Reason.UNKNOWN
    if not talks:
        devices = known_devices(store, account).devices
        if not devices:
            return Reason.NO_KEY
        if all(now_ms - one.since_ms > PREKEY_FRESH_MS for one in devices):
            return Reason.OLD_KEY
        if price_of(store, account, best_way(store, account)) is None:
            return Reason.CLOSED
    known, reached = node.carriers.get(account, (None, 0))
    if known == 0:
        return Reason.NO_CARRIER
    return Reason.CARRIERS_AWAY if known and not reached else Reason.SENDING


def _talking(records: SealedRecords) -> set[bytes]:
    """Accounts with a session in which can be written."""
    found = set()
    for one in records.scan(PEER):
        try:
            peer = Peer.unpack(decode(one.value))
        except Refused:
            continue
        if peer.session() is not None:
            found.add(peer.account)
    return found
