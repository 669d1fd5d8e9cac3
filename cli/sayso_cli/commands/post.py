"""Write a post. It is on the disk when this command ends; a running node sends it on.

Words that begin with # become tags; @ and a petname or a key mentions an account.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser

from ..context import Context
from ..errors import DONE, Failure
from ..options import add_passphrase
from ..render.published import show_published

MAX_INPUT = 1 << 20
"""Bytes read from standard input: far more than a post may have, so that it can be told
how much too long the text is."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "text", metavar="TEXT", nargs="?", help="the text, in quotes; - or none: standard input"
    )
    parser.add_argument("--reply", metavar="ID", help="answer an entry")
    parser.add_argument("--quote", metavar="ID", help="quote an entry")
    parser.add_argument("--tag", metavar="T", action="append", default=[], help="add a tag")
    parser.add_argument("--lang", metavar="L", help="language of the text, as en or pt-BR")
    parser.add_argument("--warn", metavar="TEXT", help="content warning to show in its place")
    add_passphrase(parser)


def run(context: Context) -> int:
    """Publish the post."""
    from sayso_node.compose.post import Draft, publish_post

    args = context.args
    text = _from_input() if args.text in (None, "-") else args.text
    if args.text is None and not text:
        raise Failure("there is no text to post: give it on the command line or as input")
    draft = Draft(text, args.reply, args.quote, args.tag, args.lang, args.warn)
    with context.store() as store:
        made = publish_post(store, context.author(store), draft)
    show_published(context, made, "posted")
    return DONE


def _from_input() -> str:
    if sys.stdin is None:
        raise Failure("there is no standard input: give the text on the command line")
    if sys.stdin.isatty():
        sys.stderr.write("Write the post; Ctrl-D on an empty line ends it.\n")
    data = sys.stdin.buffer.read(MAX_INPUT + 1)
    if len(data) > MAX_INPUT:
        raise Failure("the text is too long for a post: write it as several posts")
    try:
        return data.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise Failure("the text is not valid UTF-8: convert it first") from error
