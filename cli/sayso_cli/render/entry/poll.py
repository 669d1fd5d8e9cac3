"""The look of a poll: its options, what was chosen, and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _, mark

from ...terminal.output import INDENT, Output

if TYPE_CHECKING:
    from sayso_node.entries.poll_state import PollState
    from sayso_node.timeline.tally import PollTally
    from sayso_storage.interface.content.polls import Tally

DISTANCES = {
    "0": mark("you"),
    "1": mark("followed by you"),
    "2": mark("followed by those"),
    "far": mark("everybody else"),
}

BAR = 10
"""Columns of a bar that stands for all votes; half of them where there is little room."""

NARROW = 60
"""Columns below which there is."""


def show_poll(out: Output, state: PollState, short_id: str) -> None:
    """Print a poll's options with the tally so far, below what it asks."""
    _show_options(out, state.poll.options, state.tally, state.own)
    parts = [quantity(state.tally.votes, "vote")]
    if state.tally.uncounted:
        parts.append(_("{count} not counted yet").format(count=state.tally.uncounted))
    parts.append(_end(state.poll.end, ended=state.ended))
    if not state.ended and not state.own:
        parts.append(
            out.advice(
                "vote",
                _("to vote for the first: sayso vote {short_id} 1").format(short_id=short_id),
            )
        )
    out.indented(*parts)


def show_tally(out: Output, tally: PollTally) -> None:
    """Print how a poll stands, and what is known of the voters."""
    total = tally.tally
    out.paragraph(tally.item.text or "")
    _show_options(out, tally.poll.options, total, tally.own)
    out.indented(quantity(total.votes, "vote"), _end(tally.poll.end, ended=tally.ended))
    for distance, counts in tally.by_distance.items():
        if any(counts):
            out.indented(f"{_(DISTANCES[distance])}:", *_numbered(counts))
    unseen = tally.known - tally.held
    out.indented(
        _("held: {held} of {n_account} known").format(
            held=tally.held, n_account=quantity(tally.known, "account")
        ),
        _("votes of {n_account} near you would not be seen").format(
            n_account=quantity(unseen, "account")
        )
        if unseen
        else "",
    )
    odd = {
        _("{count} late"): total.late,
        _("{count} replaced by a later one"): total.replaced,
        _("{count} withdrawn"): total.withdrawn,
        _("{count} not valid"): total.malformed,
        _("{count} not counted yet"): total.uncounted,
    }
    out.indented(*[what.format(count=count) for what, count in odd.items() if count])
    if total.belated:
        out.indented(
            _("{belated} came here more than a day after the end, and may be dated back").format(
                belated=total.belated
            )
        )


def _show_options(out: Output, options: Sequence[str], tally: Tally, own: Sequence[int]) -> None:
    """Print a row an option: what it says, a bar as long as its share, votes, share."""
    if out.json:
        return
    from ...terminal.column import Column
    from ...terminal.table import bar

    is_narrow = out.width is not None and out.width < NARROW
    length, yours = (BAR // 2, "✓") if is_narrow else (BAR, _("your vote"))
    rows = []
    for number, (option, count) in enumerate(zip(options, tally.counts, strict=True), 1):
        share = count / max(tally.votes, 1)
        chosen = number - 1 in own
        drawn = bar(share, length)
        rows.append(
            (
                f"{number}.",
                option,
                out.style.good(drawn) if chosen else drawn,
                str(count),
                f"{100 * count // max(tally.votes, 1)} %",
                yours if chosen else "",
            )
        )
    right = Column(1, right=True)
    form = (right, Column(12, wraps=True), Column(length), right, right, Column(len(yours)))
    out.table(rows, form, INDENT)


def _numbered(counts: Sequence[int]) -> list[str]:
    return [f"{number}. {count}" for number, count in enumerate(counts, 1) if count]


def _end(end_ms: int | None, *, ended: bool) -> str:
    if end_ms is None:
        return _("no end")
    from sayso_node.text.relative_time import exact_time

    words = _("ended {time}") if ended else _("ends {time}")
    return words.format(time=exact_time(end_ms))
