"""Sizes, in words."""

from __future__ import annotations

from sayso_node.text.amounts import size_text
from sayso_protocol.quantity import quantity

__all__ = ["size_text", "written_amount"]


def written_amount(entries: int, feeds: int, size: int) -> str:
    """How much is in a file, in front of its name; `size` in bytes."""
    of = f"{quantity(entries, 'entry')} of {quantity(feeds, 'feed')}"
    return f"{of}, {size_text(size)}, in"
