"""The answer of a command that wrote an entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso_protocol.translation import _

from ...context import Context
from ...terminal.own_text import Whole
from ..people.group import group_words

if TYPE_CHECKING:
    from sayso_node.accounts.author import Published
    from sayso_node.messages.group_records import KeptPost
    from sayso_node.messages.known_groups import KnownGroup


def show_published(context: Context, made: Published, what: str) -> None:
    """Tell a running node of a new own entry, and print it; `what` is what was done."""
    from sayso_node.timestamps import time_text
    from sayso_protocol.crypto.keys import key_text

    if not made.already:
        context.notify("entries", made)
    context.out.record(
        {
            "id": made.id.hex(),
            "author": key_text(made.account),
            "feed": key_text(made.feed),
            "seq": made.seq,
            "time": time_text(made.time_ms),
        }
        | ({"already": True} if made.already else {})
    )
    already = _("already, so nothing was written") if made.already else ""
    context.out.line(what, Whole(made.id.hex()), already)


def show_group_post(context: Context, made: KeptPost, group: KnownGroup) -> None:
    """Tell a running node of a new own post in a closed group, and print it."""
    from sayso_node.timestamps import time_text
    from sayso_protocol.crypto.keys import key_text

    post = made.post
    context.notify("all")
    context.out.record(
        {
            "id": post.id.hex(),
            "author": key_text(post.author),
            "feed": key_text(post.feed),
            "seq": None,
            "time": time_text(post.time_ms),
            "group": group.id,
        }
    )
    context.out.line(_("posted to"), group_words(group), Whole(post.id.hex()))
