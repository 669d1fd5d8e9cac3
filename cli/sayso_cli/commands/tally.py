"""Count a poll from the votes that are held here, and say how near the voters are to you.

An account is counted once, by its last vote before the end. Accounts cost nothing, so a total says
little; how those voted whom you know says more.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE
from ..rule_options import timeline_reader


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("id", metavar="ID", help=_("an id, or at least 8 of its first digits"))


def run(context: Context) -> int:
    """Print the tally."""
    from ..render.entry.poll import show_tally

    out = context.out
    with context.store() as store:
        reader = timeline_reader(context, store)
        with out.progress(_("counting"), None, unit=_(" votes")) as progress:
            found = reader.tally(context.args.id, progress)
        out.record(found.as_json())
        show_tally(out, found)
    return DONE
