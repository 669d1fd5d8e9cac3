"""Begin a closed group. What it is made to be it stays: its name, whether it is a circle, and
whether it forgets.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...letters import made_groups
from ...options import add_passphrase
from ...render.people.group import show_group_line


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "name", metavar="NAME", help=_("its name, one line: all who are invited see it")
    )
    parser.add_argument("--circle", action="store_true", help=_("only you write in it"))
    parser.add_argument(
        "--forgetting",
        action="store_true",
        help=_("newcomers read nothing of the past, and keys are erased"),
    )
    add_passphrase(parser)


def run(context: Context) -> int:
    """Make it, and print it."""
    from sayso_node.clock import now_ms
    from sayso_node.messages.known_groups import create_group

    args, now = context.args, now_ms()
    with context.store() as store, made_groups(context, store) as (_records, book):
        made = create_group(book, now, args.name, circle=args.circle, forgetting=args.forgetting)
        show_group_line(context.out, made, context.names(store), now)
    context.notify("all")
    return DONE
