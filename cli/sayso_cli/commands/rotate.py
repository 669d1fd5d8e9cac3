"""Change the account's key to the next one of the recovery phrase.

Do so where somebody may have the account's key: with it he could add and revoke devices in
your name. Your followers go over to the new key by themselves, and this home goes on under it
with a new feed. All other devices end with what is held of them here: let them fetch and send
before, and make them anew afterwards. On a device that knows of a change made elsewhere, this
command follows it.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE
from ..letters import read_groups
from ..options import add_label, add_passphrase, add_phrase, add_yes
from ..render.short import SHORT_KEY
from ..terminal.own_text import Whole
from ..terminal.prompt import confirm

if TYPE_CHECKING:
    from sayso_node.messages.group_book import GroupBook
    from sayso_storage.interface.store import Store


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    add_phrase(parser, required=True)
    add_label(parser)
    add_yes(parser)
    add_passphrase(parser)


def run(context: Context) -> int:
    """Change the key and print the new one."""
    from sayso_node.accounts.rotation import rotate
    from sayso_protocol.crypto.keys import key_text

    args, out = context.args, context.out
    with context.store() as store:
        phrase = context.phrase() or ""
        question = _("Every other device has to be made anew, and it cannot be undone. Go on?")
        confirm(question, yes=args.yes)
        try:
            done = rotate(
                *(context.home, store, phrase, args.label, context.passphrase()),
                lambda new: _hand_over(context, store, new),
            )
        finally:
            context.notify("all")
    lost = [key_text(feed) for feed in done.lost]
    out.record(
        {
            "account": key_text(done.new_home.account),
            "feed": key_text(done.new_home.feed),
            "before": key_text(done.old),
            "lost": lost,
        }
    )
    out.heading(_("Your account's key is now"))
    out.indented(Whole(key_text(done.new_home.account)))
    out.indented(_("Followers of the old one go over to it. This device has a new feed."))
    for feed in lost:
        out.indented(_("nothing was here, so nothing counts, of the device"), feed[:SHORT_KEY])
    return DONE


def _hand_over(context: Context, store: Store, new: bytes) -> None:
    """Make the new key an admin of the groups in which the one so far is."""
    from sayso_node.clock import now_ms
    from sayso_node.messages.group_succession import hand_over_groups

    def hand_over(book: GroupBook) -> None:
        hand_over_groups(book, new, now_ms())

    read_groups(context, store, hand_over)
