"""Erase a private message of this home for good, or all that you have with an account; a post of a
closed group, or all posts of one, and a group that you left whole. What waits to be sent is sent no
more. Others keep what they have: nobody is told. With --damaged, take away the records that
cannot be read any more.

What is erased stands in no file of this home any more. Disks and snapshots may keep old blocks.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _, ngettext

from ..context import Context
from ..errors import DONE, UsageError
from ..letters import opened_groups, opened_letters
from ..options import add_passphrase


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "what",
        metavar="ID|KEY|GROUP",
        nargs="?",
        help=_("the id of a message or post, 8 digits of it, a key or @petname, or a group"),
    )
    parser.add_argument(
        "--damaged", action="store_true", help=_("the records that cannot be read any more")
    )
    add_passphrase(parser)


def run(context: Context) -> int:
    """Erase."""
    if context.args.damaged == (context.args.what is not None):
        raise UsageError(_("name what to forget, or write --damaged alone"))
    if context.args.damaged:
        return _forget_damaged(context)
    return _forget(context)


def _forget_damaged(context: Context) -> int:
    from sayso_node.clock import now_ms
    from sayso_node.messages.erasure import erase_due, mark_forgotten

    with opened_letters(context) as records:
        count, is_erased = 0, True
        if records is not None:
            with records.writing():
                count = records.delete_damaged()
                mark_forgotten(records)
            is_erased = erase_due(records, now_ms())
    context.notify("all")
    context.out.record({"forgotten": count, "erased": is_erased})
    said = ngettext("{n} damaged record is gone", "{n} damaged records are gone", count)
    context.out.line(said.format(n=count))
    return DONE


def _forget(context: Context) -> int:
    from sayso_node.clock import now_ms
    from sayso_node.media.sealed_store import open_sealed
    from sayso_node.messages.erasure import erase_due
    from sayso_node.messages.forgetting import forget
    from sayso_node.messages.sealed_files import erase_files

    nothing = _("no such message or group: `sayso messages` and `sayso group list` list them")
    with context.store() as store, opened_groups(context, store, nothing) as (records, book):
        gone = forget(store, records, book, context.args.what)
        erase_files(records, open_sealed(context.home), now_ms())
        is_erased = erase_due(records, now_ms())
    context.notify("all")
    out, messages, posts = context.out, gone.messages, gone.posts
    out.record({"forgotten": messages + posts, "erased": is_erased})
    if messages or not (posts or gone.is_group):
        said = ngettext("{n} message is erased", "{n} messages are erased", messages)
        out.line(said.format(n=messages))
    if posts:
        out.line(ngettext("{n} post is erased", "{n} posts are erased", posts).format(n=posts))
    if gone.is_group:
        out.line(_("the group is erased"))
    if not is_erased:
        out.note(
            _(
                "Another program reads the letters: your running node erases what is forgotten "
                "within minutes."
            )
        )
    return DONE
