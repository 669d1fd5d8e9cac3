"""Show accounts that act in step more often than chance explains, with the evidence.

It is evidence, not a verdict: friends, fans and news desks act in step as well. Nothing is
hidden by it. Without --since it looks 30 days back, or some days more, and only at what is new
since the last time; a running node has done that already.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE
from ..options import add_since, since_of

if TYPE_CHECKING:
    from sayso_protocol.coordination.findings import Finding
    from sayso_storage.interface.store import Store


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    add_since(parser)


def run(context: Context) -> int:
    """Print the findings, the strongest first."""
    from sayso_node.coordination.scan import finding_json

    from ..render.rules.finding import show_finding

    out = context.out
    with context.store() as store:
        findings = _findings(context, store)
        names = context.names(store)
        for finding in findings:
            out.record(finding_json(finding))
            show_finding(out, finding, names)
    if not findings:
        out.note(_("Nobody acted in step more often than chance explains."))
    return DONE


def _findings(context: Context, store: Store) -> list[Finding]:
    from sayso_node.control.client import is_running

    since = since_of(context.args)
    if since is not None:
        from sayso_node.coordination.scan import count_since, detect

        waiting = count_since(store, since)
        with context.out.progress(_("looking"), waiting, unit=_(" entries")) as done:
            return detect(store, since, done)
    kept = _of_node(context, store) if is_running(context.home) else None
    return _looked_for(context, store) if kept is None else kept


def _of_node(context: Context, store: Store) -> list[Finding] | None:
    """Those that a running node has found; None where it has written none."""
    from sayso_node.control.client import request
    from sayso_node.coordination.kept_findings import kept_findings

    waiting = int(request(context.home, "coordination", patience=60.0)["waiting"])
    if waiting:
        context.out.note(
            _("The node has not looked at {n_entry} yet: ask again.").format(
                n_entry=quantity(waiting, "entry")
            )
        )
    return kept_findings(store, context.home)


def _looked_for(context: Context, store: Store) -> list[Finding]:
    from sayso_node.clock import now_ms
    from sayso_node.coordination.standing_detector import StandingDetector

    detector = StandingDetector.load(context.home, store, now_ms())
    waiting = detector.waiting()
    with context.out.progress(_("looking"), waiting, unit=_(" entries")) as progress:
        detector.advance(progress=progress)
    detector.save_if_worthwhile(context.home, waiting)
    return detector.findings()
