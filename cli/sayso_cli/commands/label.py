"""Say something of entries or accounts in one word, as "spam" or "birds"; --off takes it back.

Everybody can read it, and it does nothing until somebody subscribes to your labels and says
what each does: `sayso labels --help`. A label on accounts is a list of them.
"""

from __future__ import annotations

from argparse import ArgumentParser

from ..context import Context
from ..errors import DONE
from ..options import add_signing
from ..render.published import show_published


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("of", metavar="ID|KEY", nargs="+", help="entries or accounts")
    parser.add_argument("label", metavar="LABEL", help="a word or a few")
    parser.add_argument("--off", action="store_true", help="take the label back")
    add_signing(parser)


def run(context: Context) -> int:
    """Publish the label."""
    from sayso_node.compose.label import label

    args = context.args
    with context.store() as store:
        made = label(store, context.author(store), args.of, args.label, off=args.off)
    show_published(context, made, "taken back" if args.off else "labelled")
    return DONE
