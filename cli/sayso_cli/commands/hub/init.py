"""Put the store of this hub into a database, or back into its file, with all that it holds.

The database is one of PostgreSQL, for hubs that outgrow one machine: docs/hub.md. Tables are made
where there are none. What is held is verified and brought over; from then on every command of this
home uses that store. A home whose store is there already, as another machine's of the same hub,
names it in the same way. No node may run meanwhile.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Final

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE

FILE: Final = "file"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "--store",
        metavar="URL",
        required=True,
        help=_("postgresql://HOST/DATABASE, or `file` for the file in the data directory"),
    )


def run(context: Context) -> int:
    """Move the store."""
    from sayso_node.hub.store_change import change_store

    address = "" if context.args.store == FILE else context.args.store
    with context.out.progress("bringing over", None) as progress:
        engine, counts = change_store(context.home, address, progress)
    context.out.record(
        {
            "engine": engine.name,
            "distributed": engine.distributed,
            "front_ends": engine.front_ends,
            "accounts": counts.accounts,
            "entries": counts.entries,
            "bytes": counts.bytes,
        }
    )
    held = quantity(counts.entries, "entry")
    context.out.line(_("the store of this home: {n_entry}").format(n_entry=held))
    context.out.line(_("next: `sayso run --hub`"))
    return DONE
