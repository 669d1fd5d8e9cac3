"""A store, its front ends, and rosters of them."""

from __future__ import annotations

from collections.abc import Sequence

from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.sync.rosters.roster import Roster, sign_consent, sign_roster

NOW_MS = 1_700_000_000_000
DAY_MS = 86_400_000
EPOCH = bytes([7]) * 16


def key(number: int) -> KeyPair:
    return KeyPair.from_seed(number.to_bytes(32, "big"))


STORE, OTHER_STORE = key(100), key(101)
ANN, BEN, CID, EVE = (key(number) for number in range(1, 5))
"""Nodes."""


def roster_of(
    nodes: Sequence[KeyPair],
    version: int = 1,
    *,
    store: KeyPair = STORE,
    epoch: bytes = EPOCH,
    until_ms: int = NOW_MS + 30 * DAY_MS,
    agreed_ms: int = NOW_MS,
) -> Roster:
    consents = [sign_consent(node, store.public, agreed_ms) for node in nodes]
    return sign_roster(store, epoch, version, until_ms, consents)
