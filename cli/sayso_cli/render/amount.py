"""The size of a file of entries, in words."""

from __future__ import annotations

from sayso_protocol.quantity import quantity


def written_amount(entries: int, feeds: int, size: int) -> str:
    """How much is in a file, in front of its name; `size` in bytes."""
    of = f"{quantity(entries, 'entry')} of {quantity(feeds, 'feed')}"
    return f"{of}, {quantity(size, 'byte')}, in"
