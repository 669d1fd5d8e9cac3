"""The look of accounts, and of what is held of them, to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso_protocol.quantity import quantity

from ...terminal.output import Output
from .name import account_parts, account_text, with_names

if TYPE_CHECKING:
    from sayso_node.accounts.holdings import Conditions, Holdings
    from sayso_node.accounts.names import Names


_HIDDEN = {"mute": "muted", "block": "blocked"}


def show_holdings(out: Output, held: Holdings, names: Names, hidden: str | None = None) -> None:
    """Print one account and how much of it is here; `hidden` is "mute" or "block" where the owner
    did that."""
    if out.json:
        out.record(held.as_json() | {"hidden_by": hidden})
        return
    state = [_HIDDEN[hidden]] if hidden else []
    out.line(*account_parts(names, held.account), _amount(held), *state)
    show_conditions(out, held.conditions, names)
    if held.successor is not None:
        out.indented("goes on under another key:", names.key(held.successor))


def show_conditions(out: Output, conditions: Conditions, names: Names) -> None:
    """Print which feeds have forked or ended, and where."""
    if out.json:
        return
    for feed, seq in conditions.forked_at.items():
        if feed not in conditions.ended:
            whose = with_names(feed, names)
            out.indented(f"forked at entry {seq}, so not believed from there on:", whose)
    for feed, seq in conditions.ended.items():
        out.indented(f"ended by its account after entry {seq}:", with_names(feed, names))


def show_move(out: Output, old: str, new: str, names: Names) -> None:
    """Print that an account goes on under another key, both as text."""
    if out.json:
        return
    from sayso_protocol.crypto.keys import parse_key

    whose = account_text(names, parse_key(old))
    out.indented("an account goes on under another key:", whose, names.key(parse_key(new)))


def _amount(held: Holdings) -> str:
    if not held.feeds:
        return "nothing held yet"
    if held.missing:
        return f"{held.have} of {quantity(held.head, 'entry')} held"
    return f"{'its' if held.have == 1 else 'all'} {quantity(held.have, 'entry')} held"
