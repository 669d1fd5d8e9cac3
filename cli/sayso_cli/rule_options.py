"""Options and readers of commands that show entries by the owner's rules."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING

from sayso_protocol.translation import _

from .context import Context
from .errors import FAILED
from .render.people.name import with_names

if TYPE_CHECKING:
    from sayso_node.home.owner_tables import TablesError
    from sayso_node.timeline.reader import TimelineReader
    from sayso_storage.interface.store import Store


def add_unfiltered(parser: ArgumentParser) -> None:
    """Add the option of commands that show entries."""
    parser.add_argument(
        "--unfiltered", action="store_true", help=_("also what the own rules hide or fold")
    )


def timeline_reader(context: Context, store: Store) -> TimelineReader:
    """The reader of a store, as `--unfiltered` says where a command has that option."""
    from sayso_node.control.client import is_running
    from sayso_node.timeline.reader import TimelineReader

    return TimelineReader(
        store,
        context.home,
        unfiltered=getattr(context.args, "unfiltered", False),
        warn=context.out.note,
        has_node=lambda: is_running(context.home),
    )


def rule_named(context: Context, store: Store, typed: str) -> str:
    """The name of the rule that is shown to a person as what was typed, else what was typed.
    Raises `FiltersError`."""
    from sayso_node.filters.file import load_rules

    names = context.names(store)
    titles = (rule.title for rule in load_rules(context.home).rules)
    return next((one for one in titles if with_names(one, names) == typed), typed)


def show_mistakes(context: Context, path: Path, error: TablesError) -> int:
    """Print a line a mistake of a file; gives the exit code. Raises `error` where the file could
    not be read at all."""
    if not error.mistakes:
        raise error
    for mistake in error.mistakes:
        context.out.record({"line": mistake.line, "column": mistake.column, "error": mistake.text})
        context.out.line(f"{path}:{mistake.line}:{mistake.column}: {mistake.text}")
    return FAILED
