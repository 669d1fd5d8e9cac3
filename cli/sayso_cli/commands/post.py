"""Write a post. It is on the disk when this command ends; a running node sends it on.

TEXT of - is read from standard input. Words that begin with # become tags; @ and a petname or
a key mentions an account.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser

from ..context import Context
from ..errors import DONE, Failure
from ..options import add_signing
from ..render.published import show_published

MAX_INPUT = 1 << 20
"""Bytes read from standard input: far more than a post may have, so that it can be told
how much too long the text is."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("text", metavar="TEXT", nargs="?", help="the text, or -")
    parser.add_argument("--reply", metavar="ID", help="answer an entry")
    parser.add_argument("--quote", metavar="ID", help="quote an entry")
    parser.add_argument("--tag", metavar="T", action="append", default=[], help="add a tag")
    parser.add_argument("--lang", metavar="L", help="language of the text, as en or pt-BR")
    parser.add_argument("--warn", metavar="TEXT", help="content warning to show in its place")
    add_signing(parser)


def run(context: Context) -> int:
    """Publish the post."""
    from sayso_node.compose.post import Draft, publish_post
    from sayso_node.compose.unanswered import (
        forget_unanswered,
        note_unanswered,
        posted_unanswered,
    )

    args = context.args
    text = _from_input() if args.text in (None, "-") else args.text
    if args.text is None and not text:
        # Asked for with "" or -, an empty post is somebody's choice; here it is a slip.
        raise Failure("there is no text to post: give it on the command line or as input")
    draft = Draft(text, args.reply, args.quote, args.tag, args.lang, args.warn)
    with context.store() as store:
        before = posted_unanswered(context.home, store, draft)
        made = before or publish_post(store, context.author(store), draft)
    if before is not None:
        context.out.note("These words were posted by the command before, which could not say so.")
        context.out.note("They are not posted twice; to post them again, run it once more.")
    show_published(context, made, "posted")
    context.out.flush()
    if context.out.error is None:
        forget_unanswered(context.home)
    else:
        note_unanswered(context.home, draft, made)
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
        return data.decode().removesuffix("\n")
    except UnicodeDecodeError as error:
        raise Failure("the text is not valid UTF-8: convert it first") from error
