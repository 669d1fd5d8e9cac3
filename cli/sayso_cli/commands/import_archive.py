"""Import your posts from a Twitter/X or Mastodon export, or from JSON lines.

JSON lines have `text`, and may have `time`, `id` and `reply_to`. The original times are
kept beside each post. A second run imports nothing twice; an interrupted one goes on.
"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING

from ..context import Context
from ..errors import DONE
from ..options import add_signing

if TYPE_CHECKING:
    from sayso_node.archive import Archive
    from sayso_node.archive.importer import Imported

MAX_SHOWN = 10
"""Unreadable records that are named to people."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("path", metavar="PATH", help="the archive: a file or a directory")
    parser.add_argument(
        "--include-private",
        action="store_true",
        help="import what was not public, too; direct messages never are",
    )
    add_signing(parser)


def run(context: Context) -> int:
    """Read the archive and publish what is new."""
    from sayso_node.archive import open_archive
    from sayso_node.archive.importer import import_posts

    args, out = context.args, context.out
    with context.store() as store:
        path = Path(args.path).expanduser()
        archive = open_archive(path, include_private=args.include_private)
        author = context.author(store)
        with out.progress("importing", archive.total, unit=" posts") as progress:
            try:
                result = import_posts(store, author, archive, progress)
            finally:
                context.notify("all")
    _report(context, archive, result)
    return DONE


def _report(context: Context, archive: Archive, result: Imported) -> None:
    from sayso_node.archive import Reason

    out = context.out
    left_out = {str(why): count for why, count in archive.skipped if why != Reason.UNREADABLE}
    unreadable = archive.skipped[Reason.UNREADABLE]
    out.record(
        {
            "imported": result.imported,
            "skipped": result.skipped,
            "errors": result.errors.total() + unreadable,
            "reasons": dict(result.errors),
            "left_out": left_out,
            "unreadable": list(archive.errors),
            "notes": list(archive.notes),
        }
    )
    out.line(f"{result.imported} posts imported, {result.skipped} were here already")
    for reason, count in [*left_out.items(), *result.errors.items()]:
        out.indented(f"{count} left out:", reason)
    if unreadable:
        out.indented(f"{unreadable} left out: unreadable")
    for text in [*archive.errors[:MAX_SHOWN], *archive.notes]:
        out.indented(text)
