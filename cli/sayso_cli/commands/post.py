"""Write a post. It is on the disk when this command ends; a running node sends it on.

Words that begin with # become tags; @ and a petname or a key mentions an account.

With --to it is a post in a closed group, which its members alone can read, and enters no feed.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ..attachment_options import add_attachments, attached_files, attachments_of
from ..context import Context
from ..errors import DONE, Failure
from ..letters import opened_groups
from ..options import add_signing
from ..render.entry.published import show_published
from ..terminal.text_input import text_from_input

MAX_INPUT = 1 << 20
"""Bytes read from standard input: far more than a post may have, so that it can be told
how much too long the text is."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "text", metavar="TEXT", nargs="?", help=_("the text, in quotes; - or none: standard input")
    )
    parser.add_argument("--reply", metavar="ID", help=_("answer an entry"))
    parser.add_argument("--quote", metavar="ID", help=_("quote an entry"))
    parser.add_argument("--tag", metavar="T", action="append", default=[], help=_("add a tag"))
    parser.add_argument("--lang", metavar="L", help=_("language of the text, as en or pt-BR"))
    parser.add_argument("--warn", metavar="TEXT", help=_("content warning to show in its place"))
    parser.add_argument(
        "--to", metavar="GROUP", help=_("into this closed group, and to nobody else")
    )
    add_attachments(parser)
    add_signing(parser)


def run(context: Context) -> int:
    """Publish the post."""
    from dataclasses import replace

    from sayso_node.clock import now_ms
    from sayso_node.compose.post import Draft, publish_post
    from sayso_node.compose.unanswered import (
        forget_unanswered,
        note_unanswered,
        posted_unanswered,
    )

    args = context.args
    if args.to is not None:  # nothing below this line may be reached: it would be for everybody
        return _write_into_group(context)
    text = _text(context)
    draft = Draft(text, args.reply, args.quote, args.tag, args.lang, args.warn)
    with context.store() as store, attachments_of(context) as attachments:
        draft = replace(draft, attach=attachments)
        before = posted_unanswered(context.home, store, draft, now_ms())
        made = before or publish_post(store, context.author(store), draft)
    if before is not None:
        context.out.note(
            _(
                "These words were posted by the command before, which could not say so. "
                "They are not posted twice."
            )
        )
    show_published(context, made, _("posted"))
    context.out.flush()
    if context.out.error is None:
        forget_unanswered(context.home)
        if before is not None:
            context.out.note(_("To post them again, run it once more."))
    elif before is None:
        note_unanswered(context.home, draft, made, now_ms())
    return DONE


def _write_into_group(context: Context) -> int:
    """Write it into a group. Whatever fails, nothing is published."""
    from sayso_node.clock import now_ms
    from sayso_node.compose.post import Draft
    from sayso_node.messages.group_writing import MOST_WITHIN, write_group_post
    from sayso_node.messages.known_groups import find_group
    from sayso_node.messages.sealed_files import attached_files as sealed
    from sayso_protocol.private.groups.group_limits import MAX_BODY

    from ..render.entry.published import show_group_post

    args = context.args
    files = attached_files(context)
    with context.store() as store, opened_groups(context, store) as (_records, book):
        group = find_group(book, args.to)
        group.group.check_in()
        draft = Draft(_text(context), args.reply, args.quote, args.tag, args.lang, args.warn)
        with sealed(context.home, files, draft.text, MAX_BODY, MOST_WITHIN) as made_of:
            made = write_group_post(store, book, group, draft, now_ms(), made_of)
        show_group_post(context, made, group)
    return DONE


def _text(context: Context) -> str:
    """The text of the post; a picture alone needs none."""
    args = context.args
    if args.text is None and args.attach:
        return ""
    text = (
        text_from_input(MAX_INPUT, _("Write the post")) if args.text in (None, "-") else args.text
    )
    if args.text is None and not text:
        raise Failure(_("there is no text to post: give it on the command line or as input"))
    return text
