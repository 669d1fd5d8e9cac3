"""The look of why an entry is shown as it is to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..terminal.output import Output
from .name import account_parts, with_names
from .short import SHORT_ID

if TYPE_CHECKING:
    from sayso_node.accounts.names import Names
    from sayso_node.filters.explanation import Arrival, Explanation
    from sayso_protocol.filters.trace import AskedRule, RuleAnswer

_ANSWERS = {
    "applies": "applies",
    "expired": "has ended",
    "decided": "an earlier rule has decided",
    "except": "but for its exception",
    "own": "no rule applies to own entries",
}


def show_explanation(out: Output, found: Explanation, names: Names) -> None:
    """Print which rules were asked, the labels, the score, and how the entry came here."""
    from sayso_protocol.feed.entry import id_text

    if out.json:
        return
    author = account_parts(names, found.entry.account)
    out.heading(id_text(found.entry.id)[:SHORT_ID], with_names(_outcome(found), names))
    out.indented("by", *author)
    if rule := found.withheld_by:
        body = "its body is not stored" if found.entry.body is None else ""
        body = "its stored body is damaged" if found.entry.damaged else body
        by, title = _labeller(rule.by, names), with_names(rule.title, names)
        out.indented("not passed on, by", title, rule.because or "", by, body)
    for one in found.asked:
        head = f"{one.rule.number}. {one.rule.action}"
        title = with_names(one.rule.title, names)
        reply = with_names(_reply(one), names)
        out.indented(head, title, reply, _labeller(one.rule.by, names))
    if not found.asked:
        out.indented("no rule was asked: there are none")
    for label in found.labels:
        by = "you" if label.by == "owner" else with_names(label.by, names)
        out.indented(f"on the {label.on}:", label.label, "by", by)
    for text, value, failure in found.score:
        text = with_names(text, names)
        out.indented("score:", text, (failure or "") if value is None else str(value))
    _show_arrival(out, found.arrival, names)


def _outcome(found: Explanation) -> str:
    if found.hidden is not None:
        return f"hidden by {found.hidden}"
    return f"folded by {found.folded}" if found.folded is not None else "shown"


def _labeller(key: str | None, names: Names) -> str:
    return f"by labels of {with_names(key, names)}" if key else ""


def _reply(asked: AskedRule) -> str:
    from sayso_node.filters.explanation import found_by

    if asked.why == "no":
        last = asked.answers[-1]
        return f"no: {last.clause.condition}{_number(last)}"
    found = [value for answer in asked.answers for value in found_by(answer) or ()]
    return ": ".join(filter(None, (_ANSWERS[asked.why], ", ".join(found))))


def _number(answer: RuleAnswer) -> str:
    from sayso_node.filters.explanation import found_by

    return f" is {answer.value}" if found_by(answer) is None else " does not hold"


def _show_arrival(out: Output, arrival: Arrival, names: Names) -> None:
    from sayso_node.text.relative_time import exact_time

    if arrival.own:
        out.indented("your own")
    for one in arrival.follows:
        since = exact_time(one.since_ms)
        out.indented("you follow", *account_parts(names, one.account), "since", since)
    for account, _ in arrival.labellers:
        out.indented("you subscribe to the labels of", *account_parts(names, account))
    if not arrival.own and not arrival.follows:
        out.indented("its account is not followed")
    if arrival.peer is not None:
        out.indented("brought by the peer", arrival.peer)
    out.indented("arrived", exact_time(arrival.arrived_ms))
