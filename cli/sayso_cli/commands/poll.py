"""Ask a question with options to choose from. Options and end can never be changed.

Whoever holds the poll can vote, once an account; the last vote before the end counts.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE
from ..options import add_signing, deadline
from ..render.entry.published import show_published
from ..terminal.text_input import text_from_input

MAX_INPUT = 1 << 20
"""Bytes read from standard input; see `post`."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("text", metavar="TEXT", help=_("the question; - for standard input"))
    parser.add_argument(
        "--option", metavar="O", action="append", default=[], help=_("an option; at least two")
    )
    parser.add_argument("--ends", metavar="T", help=_("when it ends: 2h, 7d, a date (never)"))
    parser.add_argument("--many", action="store_true", help=_("a vote may choose several"))
    parser.add_argument("--reply", metavar="ID", help=_("answer an entry"))
    parser.add_argument("--tag", metavar="T", action="append", default=[], help=_("add a tag"))
    parser.add_argument("--lang", metavar="L", help=_("language of the text, as en or pt-BR"))
    parser.add_argument("--warn", metavar="TEXT", help=_("content warning to show in its place"))
    add_signing(parser)


def run(context: Context) -> int:
    """Publish the poll."""
    from sayso_node.compose.poll import PollDraft, ask
    from sayso_node.compose.post import Draft

    args = context.args
    text = text_from_input(MAX_INPUT, _("Write the question")) if args.text == "-" else args.text
    end_ms = None if args.ends is None else deadline(args.ends)
    asked = Draft(text, args.reply, None, args.tag, args.lang, args.warn)
    with context.store() as store:
        draft = PollDraft(asked, args.option, end_ms, args.many)
        made = ask(store, context.author(store), draft)
    show_published(context, made, _("asked"))
    return DONE
