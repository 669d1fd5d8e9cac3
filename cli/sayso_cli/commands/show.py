"""Show one entry of any kind, whole, and who reacted to it."""

from __future__ import annotations

from argparse import ArgumentParser

from ..context import Context
from ..errors import DONE


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("id", metavar="ID", help="an id, or at least 8 of its first digits")


def run(session: Context) -> int:
    """Print the entry."""
    from sayso_node.accounts.lookup import find_entry
    from sayso_node.accounts.names import Names
    from sayso_node.entries.item import describe, reactions_to
    from sayso_node.timeline.thread import depth_of

    from ..render.entry import show_entry, show_reactions

    with session.store() as store:
        entry, names = find_entry(store, session.args.id), Names(store)
        [item] = describe(store, names, [entry])
        item |= {"depth": depth_of(store, entry), "missing": False}
        item["reacted"] = reactions_to(store, names, entry)
    session.out.record(item)
    show_entry(session.out, item, whole=True)
    show_reactions(session.out, item)
    return DONE
