"""Say something of entries or accounts in one word, as "spam" or "birds"; --off takes it back.

Everybody can read it, and it does nothing until somebody subscribes to your labels and says
what each does: `sayso labels --help`. A label on accounts is a list of them.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager

from sayso_node.errors import NotFound
from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE
from ..options import add_signing
from ..render.entry.published import show_published


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("of", metavar="ID|KEY", nargs="+", help=_("entries or accounts"))
    parser.add_argument("label", metavar="LABEL", help=_("a word or a few"))
    parser.add_argument("--off", action="store_true", help=_("take the label back"))
    add_signing(parser)


def run(context: Context) -> int:
    """Publish the label."""
    from sayso_node.compose.label import label

    args = context.args
    with context.store() as store, _hint(args.of):
        made = label(store, context.author(store), args.of, args.label, off=args.off)
    show_published(context, made, _("taken back") if args.off else _("labelled"))
    return DONE


@contextmanager
def _hint(of: list[str]) -> Iterator[None]:
    """Tell whoever typed a label of several words without quotes, so that its first words were
    taken for entries or accounts."""
    try:
        yield
    except NotFound as error:
        more = _("; put a label of several words in quotes") if len(of) > 1 else ""
        raise NotFound(f"{error}{more}", error.candidates, guessed=error.guessed) from error
