"""Write another version of a post or a poll of yours. The versions before stay, for all to see.

Tags and mentions are found anew in the new text; options and what it answers stay, and so do
attachments, unless --attach names others.
`sayso show ID --history` shows all versions and what each changed.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ..attachment_options import add_attachments, attachments_of
from ..context import Context
from ..errors import DONE, Failure
from ..options import add_signing
from ..render.entry.published import show_published
from ..terminal.text_input import text_from_input

MAX_INPUT = 1 << 20
"""Bytes read from standard input; see `post`."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("id", metavar="ID", help=_("an id, or at least 8 of its first digits"))
    parser.add_argument(
        "text", metavar="TEXT", nargs="?", help=_("the new text; - or none: standard input")
    )
    warn = parser.add_mutually_exclusive_group()
    warn.add_argument("--warn", metavar="TEXT", help=_("another content warning than before"))
    warn.add_argument("--no-warn", action="store_true", help=_("no content warning any more"))
    add_attachments(parser)
    add_signing(parser)


def run(context: Context) -> int:
    """Publish the new version."""
    from sayso_node.compose.edit import EditDraft, edit

    args = context.args
    text = args.text
    if text in (None, "-"):
        text = text_from_input(MAX_INPUT, _("Write the whole text anew"))
    if args.text is None and not text:
        raise Failure(_("there is no new text: give it on the command line or as input"))
    warn = "" if args.no_warn else args.warn
    with context.store() as store, attachments_of(context) as attachments:
        draft = EditDraft(text, warn, attachments)
        done = edit(store, context.author(store), args.id, draft)
    show_published(context, done.made, _("edited"))
    if not done.made.already:
        _show_changes(context, done.before.text, done.after.text)
        _show_tags(context, done.before.tags, done.after.tags)
    return DONE


def _show_changes(context: Context, before: str, after: str) -> None:
    from sayso_node.timeline.history import changes_between

    from ..render.entry.version import changes_text

    context.out.paragraph(changes_text(changes_between(before, after)))


def _show_tags(context: Context, before: tuple[str, ...], after: tuple[str, ...]) -> None:
    new = [f"+#{tag}" for tag in after if tag not in before]
    gone = [f"-#{tag}" for tag in before if tag not in after]
    if new or gone:
        context.out.indented(*new, *gone)
