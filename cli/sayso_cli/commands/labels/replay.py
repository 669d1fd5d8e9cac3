"""List the labels of an account as they were at some time, by the times that it signed."""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...options import moment
from ...render.rules.label import show_label


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("key", metavar="KEY", help=_("whose labels"))
    parser.add_argument("--until", metavar="T", required=True, help="2024-05-01, 7d, 2h, …")


def run(context: Context) -> int:
    """Print a line a label."""
    from sayso_node.accounts.lookup import find_account
    from sayso_node.labels.queries import check_held, labels_of

    until = moment(context.args.until)
    with context.store() as store:
        account = find_account(store, context.args.key)
        check_held(store, account)
        names = context.names(store)
        shown = 0
        for label in labels_of(store, account, until):
            show_label(context.out, label, names)
            shown += 1
    if not shown:
        context.out.note(_("Nothing had a label by that account then, as far as it has come here."))
    return DONE
