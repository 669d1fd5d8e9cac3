"""The look of accounts, and of what is held of them, to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso_protocol.quantity import quantity

from ..terminal.output import Output
from .name import name_text

if TYPE_CHECKING:
    from sayso_node.accounts.holdings import Conditions, Holdings


def show_holdings(out: Output, held: Holdings) -> None:
    """Print one account and how much of it is here."""
    from sayso_protocol.crypto.keys import key_text

    out.record(held.as_json())
    out.line(key_text(held.account), name_text(held.name), _amount(held))
    show_conditions(out, held.conditions)
    if held.successor is not None:
        out.indented("goes on under another key:", key_text(held.successor))


def show_conditions(out: Output, conditions: Conditions) -> None:
    """Print which feeds have forked or ended, and where."""
    for feed, seq in conditions.forked_at.items():
        if feed not in conditions.ended:
            out.indented(f"forked at entry {seq}, so not believed from there on:", feed)
    for feed, seq in conditions.ended.items():
        out.indented(f"ended by its account after entry {seq}:", feed)


def _amount(held: Holdings) -> str:
    if not held.feeds:
        return "nothing held yet"
    if held.missing:
        return f"{held.have} of {quantity(held.head, 'entry')} held"
    return f"{'its' if held.have == 1 else 'all'} {quantity(held.have, 'entry')} held"
