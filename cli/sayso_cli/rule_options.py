"""The owner's rules in commands that show entries. Without a file nothing of it is loaded."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .context import Context
from .errors import FAILED

if TYPE_CHECKING:
    from sayso_node.filters.judge import Judge
    from sayso_node.home.owner_tables import TablesError
    from sayso_storage.interface.store import Store

Item = dict[str, Any]


def add_unfiltered(parser: ArgumentParser) -> None:
    """Add the option of commands that show entries."""
    parser.add_argument(
        "--unfiltered", action="store_true", help="also what the own rules hide or fold"
    )


def own_choice(session: Context, store: Store) -> Judge | None:
    """The rules of the home; None where there are none, or where they have mistakes and are not
    asked for. Raises `FiltersError`."""
    if not os.path.lexists(session.home.filters):
        return None
    from sayso_node.filters.file import FiltersError
    from sayso_node.filters.judge import open_choice

    try:
        return open_choice(session.home, store)
    except FiltersError as error:
        if not session.args.unfiltered:
            raise
        session.out.note(str(error))
        return None


def by_rules(
    session: Context, store: Store, items: Iterable[Item], key: str = "id"
) -> Iterable[Item]:
    """Items by the own rules; `key` is where they have the id of their entry."""
    choice = own_choice(session, store)
    if choice is None:
        return items
    from sayso_node.timeline.filtered import sifted

    return sifted(store, choice, items, key, unfiltered=session.args.unfiltered)


def show_mistakes(session: Context, path: Path, error: TablesError) -> int:
    """Print a line a mistake of a file; gives the exit code. Raises `error` where the file could
    not be read at all."""
    if not error.mistakes:
        raise error
    for mistake in error.mistakes:
        record = {"line": mistake.line, "column": mistake.column, "error": mistake.text}
        session.out.record(record)
        session.out.line(f"{path}:{mistake.line}:{mistake.column}: {mistake.text}")
    return FAILED
