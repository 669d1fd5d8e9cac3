"""List the accounts whose labels are subscribed to and what each label does; or with a KEY all
labels of that account, whether subscribed to or not."""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...render.rules.label import show_label, show_labeller


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("key", metavar="KEY", nargs="?", help=_("whose labels to list"))


def run(context: Context) -> int:
    """Print a line an account, or a line a label."""
    return _all_of_one(context) if context.args.key else _subscriptions(context)


def _all_of_one(context: Context) -> int:
    from sayso_node.accounts.lookup import find_account
    from sayso_node.labels.queries import check_held, labels_of

    with context.store() as store:
        account = find_account(store, context.args.key)
        check_held(store, account)
        names = context.names(store)
        shown = 0
        for label in labels_of(store, account):
            show_label(context.out, label, names)
            shown += 1
    if not shown:
        context.out.note(_("Nothing has a label by that account, as far as it has come here."))
    return DONE


def _subscriptions(context: Context) -> int:
    from sayso_node.filters.file import load_rules
    from sayso_node.labels.subscription import reload_labellers

    with context.store() as store:
        if reload_labellers(context.home, store):  # an editor has changed the file
            context.notify("all")
        labellers = load_rules(context.home).labellers
        for labeller in labellers:
            show_labeller(context, store, labeller)
    if not labellers:
        context.out.note(_("No labels are subscribed to: `sayso labels subscribe KEY` does."))
    return DONE
