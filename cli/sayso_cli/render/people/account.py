"""The look of accounts, and of what is held of them, to a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _, mark

from ...terminal.column import Column
from ...terminal.output import Output
from .name import account_text, is_known, name_text, styled_recognition, with_names

if TYPE_CHECKING:
    from sayso_node.accounts.holdings import Conditions, Holdings
    from sayso_node.accounts.names import Names


_HIDDEN = {"mute": mark("muted"), "block": mark("blocked")}


def show_following(
    out: Output, found: Sequence[Holdings], names: Names, hidden: Mapping[bytes, str]
) -> None:
    """Print a row an account, and how much of it is here; `hidden` says "mute" or "block" of those
    to whom the owner did that."""
    if out.json:
        for held in found:
            out.record(held.as_json() | {"hidden_by": hidden.get(held.account)})
        return
    rows = [_row(out, held, names, hidden.get(held.account)) for held in found]
    form = (Column(12), Column(12), Column(12), Column(7))
    lines = [at for at, held in enumerate(found) if _has_more(held)]
    for start, end in zip([0, *(at + 1 for at in lines)], [*lines, len(found) - 1], strict=True):
        # All in one table, with what is to be said of an account behind its row.
        out.table(rows[start : end + 1], form, widths_of=rows)
        if start <= end and _has_more(found[end]):
            _show_more(out, found[end], names)


def show_holdings(out: Output, held: Holdings, names: Names, hidden: str | None = None) -> None:
    """Print one account and how much of it is here; `hidden` is as in `show_following`."""
    show_following(out, [held], names, {} if hidden is None else {held.account: hidden})


def _row(out: Output, held: Holdings, names: Names, hidden: str | None) -> tuple[str, ...]:
    name, style = names.of(held.account), out.style
    known = is_known(name)
    shown = style.name(name_text(name)) if known else name_text(name)
    key = "" if known else style.dim(names.key(held.account))
    amount = _amount(held)
    state = style.warning(_(_HIDDEN[hidden])) if hidden else ""
    return (shown, key, style.dim(amount) if held.missing == 0 and held.feeds else amount, state)


def _has_more(held: Holdings) -> bool:
    conditions = held.conditions
    more = conditions.forked_at or conditions.ended or held.successor
    return bool(more or any(held.name.recognition))


def _show_more(out: Output, held: Holdings, names: Names) -> None:
    beside = styled_recognition(out, held.name)
    if beside:
        out.indented(*beside)
    show_conditions(out, held.conditions, names)
    if held.successor is not None:
        out.indented(_("goes on under another key:"), names.key(held.successor))


def show_conditions(out: Output, conditions: Conditions, names: Names) -> None:
    """Print which feeds have forked or ended, and where."""
    if out.json:
        return
    for feed, seq in conditions.forked_at.items():
        if feed not in conditions.ended:
            whose = with_names(feed, names)
            out.indented(
                _("forked at entry {seq}, so not believed from there on:").format(seq=seq), whose
            )
    for feed, seq in conditions.ended.items():
        out.indented(
            _("ended by its account after entry {seq}:").format(seq=seq), with_names(feed, names)
        )


def show_move(out: Output, old: str, new: str, names: Names) -> None:
    """Print that an account goes on under another key, both as text."""
    if out.json:
        return
    from sayso_protocol.crypto.keys import parse_key

    whose = account_text(names, parse_key(old))
    out.indented(_("an account goes on under another key:"), whose, names.key(parse_key(new)))


def _amount(held: Holdings) -> str:
    if not held.feeds:
        return _("nothing held yet")
    if held.missing:
        return _("{have} of {n_entry}").format(have=held.have, n_entry=quantity(held.head, "entry"))
    return quantity(held.have, "entry")
