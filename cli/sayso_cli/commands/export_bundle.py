"""Write feeds into a file that others can take in with `sayso import`.

Without --feed it holds the own feeds and those of all who are followed. An older bundle of
the same name is replaced, no other file.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE, Failure
from ..file_argument import output_file
from ..render.amount import written_amount

if TYPE_CHECKING:
    from sayso_storage.interface.store import FeedState, Store


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "file", metavar="FILE", help=_("the file to write, or - for standard output")
    )
    parser.add_argument(
        "--feed",
        metavar="KEY",
        action="append",
        default=[],
        help=_("only this account's feeds, or this feed; may be given more than once"),
    )


def run(context: Context) -> int:
    """Write the bundle."""
    from sayso_node.bundle.writer import write_bundle

    args, out = context.args, context.out
    path, output = output_file(args.file, out, "bundle")
    with context.store() as store:
        feeds = _chosen(store, args.feed)
        if not feeds:
            raise Failure(_("there are no feeds to export yet"))
        total = sum(state.count for state in feeds)
        with out.progress(_("exporting"), total, unit=_(" entries")) as progress:
            done = write_bundle(store, feeds, path, progress, output)
    out.record(
        {"feeds": done.feeds, "entries": done.entries, "bytes": done.size, "file": str(path)}
    )
    out.line(written_amount(done.entries, done.feeds, done.size), str(path))
    return DONE


def _chosen(store: Store, keys: list[str]) -> list[FeedState]:
    from sayso_node.accounts.lookup import find_feeds

    if keys:
        named = [state for key in keys for state in find_feeds(store, key)]
    else:
        named = store.feeds_carried()
    return list({state.feed: state for state in named}.values())
