"""The look of why an entry is shown as it is to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso_protocol.translation import _, mark

from ...terminal.column import Column
from ...terminal.output import INDENT, LABEL_WIDTH, Output
from ...terminal.own_text import Whole
from ..people.name import account_parts, excerpt, with_names
from ..short import SHORT_ID

if TYPE_CHECKING:
    from sayso_node.accounts.names import Names
    from sayso_node.entries.item import Item
    from sayso_node.filters.explanation import Arrival, Explanation
    from sayso_protocol.filters.trace import AskedRule, RuleAnswer

RULES_FORM = (Column(7), Column(12, wraps=True), Column(16, wraps=True), Column(12, wraps=True))

SCORE_FORM = (Column(10), Column(12, wraps=True), Column(6, wraps=True))

_ANSWERS = {
    "applies": mark("applies"),
    "expired": mark("has ended"),
    "decided": mark("an earlier rule has decided"),
    "except": mark("but for its exception"),
    "own": mark("no rule applies to own entries"),
}

_LABELLED = {"entry": mark("on the entry:"), "account": mark("on the account:")}


def show_explanation(out: Output, found: Explanation, names: Names, item: Item) -> None:
    """Print what became of an entry and why, which rules were asked, and how it came here."""
    style, outcome = out.style, with_names(_outcome(found), names)
    how = style.good(outcome) if found.hidden is found.folded is None else style.warning(outcome)
    out.line(style.bold(item.id[:SHORT_ID]), how)
    out.field(_("by"), *account_parts(names, found.entry.account))
    if item.text:
        out.field(_("says"), excerpt(item.text))
    if rule := found.withheld_by:
        body = _("its body is not stored") if found.entry.body is None else ""
        body = _("its stored body is damaged") if found.entry.damaged else body
        by, title = _labeller(rule.by, names), with_names(rule.title, names)
        out.field(_("withheld"), _("not passed on, by"), title, rule.because or "", by, body)
    _show_rules(out, found, names)
    for label in found.labels:
        by = _("you") if label.by == "owner" else with_names(label.by, names)
        out.field(_("label"), _(_LABELLED.get(label.on, label.on)), label.label, _("by"), by)
    if found.score:
        rows = [
            (with_names(text, names), (failure or "") if value is None else str(value))
            for text, value, failure in found.score
        ]
        head = out.style.dim(_("score").ljust(LABEL_WIDTH))
        out.table([(head, *rows[0]), *(("", *row) for row in rows[1:])], SCORE_FORM)
    _show_arrival(out, found.arrival, names)


def _show_rules(out: Output, found: Explanation, names: Names) -> None:
    """Print a row a rule: what it does, what it is called, what it answered."""
    if not found.asked:
        out.field(_("rules"), _("no rule was asked: there are none"))
        return
    style = out.style
    rows = []
    for one in found.asked:
        reply = with_names(_reply(one), names)
        applies = one.why == "applies"
        rows.append(
            (
                f"{one.rule.number}. {one.rule.action}",
                with_names(one.rule.title, names),
                style.warning(reply) if applies else style.dim(reply),
                _labeller(one.rule.by, names),
            )
        )
    out.table(rows, RULES_FORM, INDENT)


def _outcome(found: Explanation) -> str:
    if found.hidden is not None:
        return _("hidden by {hidden}").format(hidden=found.hidden)
    return (
        _("folded by {folded}").format(folded=found.folded)
        if found.folded is not None
        else _("shown")
    )


def _labeller(key: str | None, names: Names) -> str:
    return _("by labels of {with_names}").format(with_names=with_names(key, names)) if key else ""


def _reply(asked: AskedRule) -> str:
    from sayso_node.filters.explanation import found_by

    if asked.why == "no":
        last = asked.answers[-1]
        return _number(last)
    found = [value for answer in asked.answers for value in found_by(answer) or ()]
    return ": ".join(filter(None, (_(_ANSWERS[asked.why]), ", ".join(found))))


def _number(answer: RuleAnswer) -> str:
    from sayso_node.filters.explanation import found_by

    condition = answer.clause.condition
    if found_by(answer) is None:
        return _("no: {condition} is {value}").format(condition=condition, value=answer.value)
    return _("no: {condition} does not hold").format(condition=condition)


def _show_arrival(out: Output, arrival: Arrival, names: Names) -> None:
    from sayso_node.text.relative_time import exact_time

    if arrival.own:
        out.field(_("here"), _("your own"))
    for one in arrival.follows:
        since = exact_time(one.since_ms)
        out.field(_("here"), _("you follow"), *account_parts(names, one.account), _("since"), since)
    for account, _share in arrival.labellers:
        out.field(_("here"), _("you subscribe to the labels of"), *account_parts(names, account))
    if not arrival.own and not arrival.follows:
        out.field(_("here"), _("its account is not followed"))
    if arrival.peer is not None:
        out.field("", _("brought by the peer"), Whole(arrival.peer))
    out.field("", _("arrived"), exact_time(arrival.arrived_ms))
