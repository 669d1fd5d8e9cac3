"""The look of a rule to people and to programs, and the options that rules share."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from sayso_protocol.translation import _

from ...errors import UsageError
from ...terminal.output import Output
from ..people.name import with_names

if TYPE_CHECKING:
    from sayso_node.accounts.names import Names
    from sayso_protocol.filters.rules import Clause, Clauses, Rule


def add_end(parser: ArgumentParser) -> None:
    """Add the option of commands that make a rule."""
    parser.add_argument(
        "--for", dest="lasts", metavar="D", help=_("how long: 2h, 7d, 4w; else for ever")
    )


def end_of(args: Namespace) -> int | None:
    """The end of a rule that is made now, in Unix milliseconds. Raises `UsageError`."""
    if args.lasts is None:
        return None
    from sayso_node.clock import now_ms
    from sayso_protocol.durations import seconds_of
    from sayso_protocol.limits import MAX_TIME_MS

    seconds = seconds_of(args.lasts)
    if not seconds:
        raise UsageError(
            _("{lasts} is no duration: write 30m, 2h, 7d or 4w").format(lasts=args.lasts)
        )
    return min(now_ms() + seconds * 1000, MAX_TIME_MS)


def rule_record(rule: Rule) -> dict[str, object]:
    """A rule for programs; durations in seconds, conditions under their keys in the file."""
    from sayso_node.clock import now_ms
    from sayso_node.timestamps import time_text

    return {
        "number": rule.number,
        "name": rule.name,
        "action": str(rule.action),
        "points": rule.points,
        "conditions": _conditions(rule.clauses),
        "not": [_conditions(clauses) for clauses in rule.exceptions],
        "through": rule.through,
        "until": None if rule.until_ms is None else time_text(rule.until_ms),
        "expired": rule.expired(now_ms()),
        "because": rule.because,
        "by": rule.by,
    }


def show_rule(out: Output, rule: Rule, names: Names) -> None:
    """Print a rule for people."""
    if out.json:
        return
    from sayso_node.clock import now_ms
    from sayso_node.text.relative_time import exact_time

    points = f" {rule.points:+d}" if rule.points else ""
    title = with_names(rule.name or "", names)
    out.heading(f"{rule.number}. {rule.action}{points}", title)
    for key, value in _conditions(rule.clauses).items():
        out.indented(f"{key}:", with_names(_shown(value), names))
    for clauses in rule.exceptions:
        each = _conditions(clauses).items()
        out.indented(
            _("not:"), *(f"{key} {with_names(_shown(value), names)}" for key, value in each)
        )
    if not rule.through:
        out.indented(_("not through quotes, reposts and replies"))
    if rule.until_ms is not None:
        until = _("expired {time}") if rule.expired(now_ms()) else _("until {time}")
        out.indented(until.format(time=exact_time(rule.until_ms)))
    if rule.because:
        out.indented(_("because"), rule.because)
    if rule.by:
        out.indented(_("by an account whose labels are subscribed to:"), with_names(rule.by, names))


def _conditions(clauses: Clauses) -> dict[str, int | list[str]]:
    return {clause.condition: _plain(clause) for clause in clauses}


def _plain(clause: Clause) -> int | list[str]:
    return list(clause.values) or clause.bound


def _shown(value: int | list[str]) -> str:
    return str(value) if isinstance(value, int) else ", ".join(item or '""' for item in value)
