"""Compare the labels of two accounts: what both say, and what only the first or second does."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...render.rules.label import show_label


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("key", metavar="KEY", help=_("whose labels"))
    parser.add_argument("other", metavar="KEY2", help=_("and whose else"))


def run(context: Context) -> int:
    """Print a line a label, and how many of each kind there are."""
    from sayso_node.accounts.lookup import find_account
    from sayso_node.labels.queries import check_held, compared

    out, counts = context.out, Counter[str]()
    with context.store() as store:
        keys = [find_account(store, text) for text in (context.args.key, context.args.other)]
        for key in keys:
            check_held(store, key)
        names = context.names(store)
        for label, said_by in compared(store, *keys):
            counts[said_by] += 1
            show_label(out, label, names, said_by)
    total = {"both": counts["both"], "only_first": counts["first"]}
    out.record(total | {"only_second": counts["second"]})
    out.line(
        _("{counts} by both, {counts2} by the first alone, {counts3} by the second alone").format(
            counts=counts["both"], counts2=counts["first"], counts3=counts["second"]
        ),
    )
    return DONE
