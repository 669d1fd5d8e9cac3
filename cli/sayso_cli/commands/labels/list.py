"""List the accounts whose labels are subscribed to and what each label does; or with a KEY all
labels of that account, whether subscribed to or not."""

from __future__ import annotations

from argparse import ArgumentParser

from ...context import Context
from ...errors import DONE
from ...render.label import show_label, show_labeller


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("key", metavar="KEY", nargs="?", help="whose labels to list")


def run(session: Context) -> int:
    """Print a line an account, or a line a label."""
    return _all_of_one(session) if session.args.key else _subscriptions(session)


def _all_of_one(session: Context) -> int:
    from sayso_node.accounts.lookup import find_account
    from sayso_node.labels.queries import check_held, labels_of

    with session.store() as store:
        account = find_account(store, session.args.key)
        check_held(store, account)
        for label in labels_of(store, account):
            show_label(session.out, label)
    return DONE


def _subscriptions(session: Context) -> int:
    from sayso_node.filters.file import load_rules
    from sayso_node.labels.subscription import reload_labellers

    with session.store() as store:
        if reload_labellers(session.home, store):  # an editor has changed the file
            session.notify("all")
        labellers = load_rules(session.home).labellers
        for labeller in labellers:
            show_labeller(session, store, labeller)
    if not labellers:
        session.out.note("No labels are subscribed to: `sayso labels subscribe KEY` does.")
    return DONE
