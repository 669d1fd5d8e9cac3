"""The state of a detector as bytes, so that what it has seen need not be read again.

Unpacked it goes on exactly where it was. The layout is nobody's but this version's: a msgpack array
``[accounts, acts, copies, items, pairs, activity, began]``. An account is a place in ``accounts``,
an act ``[account, entry, time_ms, seen_ms]`` a place in ``acts``, since each occurs many times.
"""

from __future__ import annotations

from typing import Any

from ..codec import pack_array, unpack
from ..errors import BadShape, NotCanonical
from .observation import Act, Channel, Coincidence

CHANNELS = tuple(Channel)

Packed = list[Any]
"""Plain values for msgpack."""


class ActTable:
    """The acts of a state, and their accounts, each once."""

    def __init__(self, accounts: list[bytes] | None = None, acts: Packed | None = None) -> None:
        """The tables of a state that is read; with none, empty ones."""
        self.accounts: list[bytes] = accounts or []
        self.acts: Packed = acts or []
        self._places: dict[bytes, int] = {}
        self._numbers: dict[Act, int] = {}
        self._read = [
            Act(self.accounts[account], entry, time_ms, seen_ms)
            for account, entry, time_ms, seen_ms in self.acts
        ]

    def account_place(self, account: bytes) -> int:
        """The place of an account, a new one where it has none."""
        place = self._places.setdefault(account, len(self.accounts))
        if place == len(self.accounts):
            self.accounts.append(account)
        return place

    def place(self, act: Act) -> int:
        """The place of an act, a new one where it has none."""
        place = self._numbers.setdefault(act, len(self.acts))
        if place == len(self.acts):
            account = self.account_place(act.account)
            self.acts.append([account, act.entry, act.time_ms, act.seen_ms])
        return place

    def act(self, place: int) -> Act:
        """The act at a place. Raises `IndexError`."""
        return self._read[place]


def pack_coincidence(found: Coincidence, table: ActTable) -> Packed:
    """A coincidence as plain values."""
    places = table.place(found.own), table.place(found.other)
    return [CHANNELS.index(found.channel), found.item, *places, found.millibits]


def read_coincidence(packed: Packed, table: ActTable) -> Coincidence:
    """The coincidence of plain values. Raises `ValueError`, `TypeError`, `IndexError`."""
    channel, item, own, other, millibits = packed
    return Coincidence(CHANNELS[channel], item, table.act(own), table.act(other), millibits)


def pack_tables(table: ActTable, parts: Packed) -> bytes:
    """The bytes of a state: its tables, then its parts, which have entered their acts there."""
    return pack_array([table.accounts, table.acts, *parts])


def unpack_tables(data: bytes) -> tuple[ActTable, Packed]:
    """The tables and the parts of a state. Raises `BadShape`."""
    try:
        accounts, acts, *parts = unpack(data)
        return ActTable(accounts, acts), parts
    except (NotCanonical, TypeError, ValueError, IndexError) as error:
        raise BadShape("no state of a detector") from error
