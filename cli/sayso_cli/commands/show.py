"""Show one entry of any kind, whole."""

from __future__ import annotations

from argparse import ArgumentParser

from ..errors import DONE
from ..session import Session


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("id", metavar="ID", help="an id, or at least 8 of its first digits")


def run(session: Session) -> int:
    """Print the entry."""
    from sayso_node.names import Names
    from sayso_node.reading import describe
    from sayso_node.resolving import find_entry

    from ..entry_view import show_entry

    with session.store() as store:
        [item] = describe(store, Names(store), [find_entry(store, session.args.id)])
    session.out.record(item)
    show_entry(session.out, item, whole=True)
    return DONE
