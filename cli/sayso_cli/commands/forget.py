"""Erase a private message of this home for good, or all that you have with an account; a post of a
closed group, or all posts of one, and a group that you left whole. What waits to be sent is sent no
more. Others keep what they have: nobody is told.

What is erased stands in no file of this home any more. Disks and snapshots may keep old blocks.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _, ngettext

from ..context import Context
from ..errors import DONE
from ..letters import opened_groups
from ..options import add_passphrase


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "what",
        metavar="ID|KEY|GROUP",
        help=_("the id of a message or post, 8 digits of it, a key or @petname, or a group"),
    )
    add_passphrase(parser)


def run(context: Context) -> int:
    """Erase."""
    from sayso_node.clock import now_ms
    from sayso_node.media.sealed_store import open_sealed
    from sayso_node.messages.forgetting import forget
    from sayso_node.messages.sealed_files import erase_files

    nothing = _("no such message or group: `sayso messages` and `sayso group list` list them")
    with context.store() as store, opened_groups(context, store, nothing) as (records, book):
        gone = forget(store, records, book, context.args.what)
        erase_files(records, open_sealed(context.home), now_ms())
        is_erased = records.erase()
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
        out.note(_("Another program reads the letters: what is forgotten is erased the next time."))
    return DONE
