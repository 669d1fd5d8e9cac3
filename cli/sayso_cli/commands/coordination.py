"""Show accounts that act in step more often than chance explains, with the evidence.

It is evidence, not a verdict: friends, fans and news desks act in step as well. Nothing is
hidden by it."""

from __future__ import annotations

from argparse import ArgumentParser

from ..context import Context
from ..errors import DONE
from ..options import add_since, since_of

DAYS = 30
"""Days back that it looks by default: the time over which coincidences add up."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    add_since(parser)


def run(context: Context) -> int:
    """Print the findings, the strongest first."""
    from sayso_node.accounts.names import Names
    from sayso_node.clock import now_ms
    from sayso_node.coordination.scan import count_since, detect, finding_json

    from ..render.finding import show_finding

    out, since = context.out, since_of(context.args)
    if since is None:
        since = now_ms() - DAYS * 24 * 3600 * 1000
    with context.store() as store:
        with out.progress("looking", count_since(store, since), unit=" entries") as progress:
            findings = detect(store, since, progress)
        names = Names(store)
        for finding in findings:
            out.record(finding_json(finding))
            show_finding(out, finding, names)
    if not findings:
        out.note("Nobody acted in step more often than chance explains.")
    return DONE
