"""Decisions about who is carried, written into a store."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from sayso_protocol.discovery.hub.carry_list import Carry, Decision, EndCarriage, LetGrow
from sayso_storage.interface.store import Store

log = logging.getLogger(__name__)


def keep_decisions(store: Store, decisions: Iterable[Decision], now_ms: int) -> None:
    """Write decisions into a store, in their order. Raises `StoreError`."""
    for one in decisions:
        match one:
            case Carry(account, word, asker, network):
                store.carry(account, word, asker, network, now_ms)
            case LetGrow(account, grows):
                store.let_grow([account], grows=grows)
            case EndCarriage(account, reason):
                log.info("an account is carried no longer: %s", reason)
                store.end_carriage(account)
