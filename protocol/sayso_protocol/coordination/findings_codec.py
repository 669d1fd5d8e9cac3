"""Findings as bytes, for whoever keeps them: a msgpack array ``[accounts, acts, findings]``, the
tables as in `state`."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import BadShape
from .findings import Finding, Signal
from .state import CHANNELS, ActTable, Packed, pack_tables, unpack_tables


def pack_findings(findings: Iterable[Finding]) -> bytes:
    """The bytes of findings, in their order."""
    table = ActTable()
    return pack_tables(table, [[_packed(one, table) for one in findings]])


def unpack_findings(data: bytes) -> list[Finding]:
    """The findings of such bytes. Raises `BadShape`."""
    table, parts = unpack_tables(data)
    try:
        (packed,) = parts
        return [_unpacked(one, table) for one in packed]
    except (TypeError, ValueError, IndexError) as error:
        raise BadShape("no findings") from error


def _packed(one: Finding, table: ActTable) -> Packed:
    signals = [
        [CHANNELS.index(it.channel), it.items, it.accounts, it.entries, it.within_ms, it.burst]
        for it in one.signals
    ]
    return [
        one.score,
        [[table.account_place(account), score] for account, score in one.accounts],
        list(map(table.account_place, one.others)),
        list(map(table.place, one.entries)),
        one.from_ms,
        one.to_ms,
        signals,
        one.new_accounts,
    ]


def _unpacked(packed: Packed, table: ActTable) -> Finding:
    score, accounts, others, entries, from_ms, to_ms, signals, new_accounts = packed
    return Finding(
        score,
        tuple((table.accounts[place], each) for place, each in accounts),
        tuple(table.accounts[place] for place in others),
        tuple(map(table.act, entries)),
        from_ms,
        to_ms,
        tuple(Signal(CHANNELS[channel], *values) for channel, *values in signals),
        new_accounts,
    )
