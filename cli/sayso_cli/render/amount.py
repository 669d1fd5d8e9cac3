"""Sizes, in words."""

from __future__ import annotations

from sayso_node.text.amounts import size_text
from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

__all__ = ["size_text", "written_amount"]


def written_amount(entries: int, feeds: int, size: int) -> str:
    """How much is in a file, in front of its name; `size` in bytes."""
    return _("{n_entry} of {n_feed}, {size}, in").format(
        n_entry=quantity(entries, "entry"), n_feed=quantity(feeds, "feed"), size=size_text(size)
    )
