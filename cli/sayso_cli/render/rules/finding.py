"""The look of a finding of accounts in step to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso_node.text.relative_time import for_people
from sayso_protocol.coordination.observation import Channel
from sayso_protocol.feed.entry import id_text
from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

from ...terminal.output import Output
from ..people.name import account_parts
from ..short import SHORT_ID

if TYPE_CHECKING:
    from sayso_node.accounts.names import Names
    from sayso_protocol.coordination.findings import Finding, Signal

NAMED = 5
"""Accounts that are named; with --json all are."""

OPENED = 3
"""Entries that are pointed at: the first, one from the middle, the last."""

_UNITS = ((24 * 3600 * 1000, "day"), (3600 * 1000, "hour"), (60 * 1000, "minute"))


def show_finding(out: Output, finding: Finding, names: Names) -> None:
    """Print what was done by how many, who they are, and how to open it."""
    if out.json:
        return
    from sayso_node.clock import now_ms

    now = now_ms()
    out.heading(_what(finding), _("score {score} of 1000").format(score=finding.score))
    for signal in finding.signals:
        if not signal.burst:
            out.indented(_in_step(signal))
    out.indented(
        _("from {first} to {last}").format(
            first=for_people(finding.from_ms, now), last=for_people(finding.to_ms, now)
        )
    )
    for account, _share in finding.accounts[:NAMED]:
        out.indented(*account_parts(names, account))
    if len(finding.accounts) > NAMED:
        out.indented(_("and {accounts} more").format(accounts=len(finding.accounts) - NAMED))
    if finding.new_accounts:
        out.indented(
            _("{new_accounts} of them began less than 30 days before").format(
                new_accounts=finding.new_accounts
            )
        )
    last = len(finding.entries) - 1
    for at in sorted({last * step // (OPENED - 1) for step in range(OPENED)}):
        out.indented(
            _("to read it: sayso show {entry}").format(
                entry=id_text(finding.entries[at].entry)[:SHORT_ID]
            )
        )
    out.line("")


def _what(finding: Finding) -> str:
    signal = finding.signals[0]
    return in_step(len(finding.accounts), signal.within_ms, burst=signal.burst)


def in_step(accounts: int, within_ms: int, *, burst: bool) -> str:
    """The words for accounts in step."""
    who = quantity(accounts, "account")
    if burst:
        return _("{who} posted near-copies within {span}").format(who=who, span=span(within_ms))
    return _("{who} acted in step again and again").format(who=who)


def _in_step(signal: Signal) -> str:
    return _("{what} shared in {n_entry}, half of the times within {span}").format(
        what=_shared(signal.channel, signal.items),
        n_entry=quantity(signal.entries, "entry"),
        span=span(signal.within_ms),
    )


def _shared(channel: Channel, count: int) -> str:
    match channel:
        case Channel.COPY:
            return quantity(count, "near-copy", "near-copies")
        case Channel.LINK:
            return quantity(count, "link")
        case Channel.REPOST:
            return quantity(count, "repost")
        case Channel.TAG:
            return quantity(count, "tag")


def span(length_ms: int) -> str:
    """A length of time as a person says it, rounded up: ``9 minutes``."""
    for unit, name in _UNITS:
        if length_ms > unit:
            return quantity(-(-length_ms // unit), name)
    return _("a minute")
