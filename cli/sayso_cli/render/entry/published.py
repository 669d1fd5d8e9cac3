"""The answer of a command that wrote an entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso_protocol.translation import _

from ...context import Context
from ...terminal.own_text import Whole

if TYPE_CHECKING:
    from sayso_node.accounts.author import Published


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
