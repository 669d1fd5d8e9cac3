"""List the accounts that are followed, and how much of each is held here.

With --waiting those whom an archive says that you followed elsewhere, and the posts that you liked
and marked there.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE
from ..options import add_paging
from ..render.people.account import show_following
from ..render.people.name import account_parts


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "--waiting",
        action="store_true",
        help=_("list what an archive brought that is not here yet"),
    )
    add_paging(parser)


def run(context: Context) -> int:
    """Print a line an account."""
    if context.args.waiting:
        return _show_waiting(context)
    from sayso_node.accounts.follows import following

    with context.store() as store:
        names = context.names(store)
        found = following(store, names)
        hidden = _hidden(context)
        names.prepare(one.account for one in found)
        context.page()
        show_following(context.out, found, names, hidden)
    if not found:
        context.out.note(_("Nobody is followed yet: `sayso follow KEY` does."))
    return DONE


def _show_waiting(context: Context) -> int:
    from sayso_node.archive.old_name import claims, profile_address
    from sayso_node.archive.pending_lists import read_pending
    from sayso_protocol.crypto.keys import key_text

    waiting, out = read_pending(context.home), context.out
    lists = {"like": waiting.likes, "bookmark": waiting.bookmarks}
    with context.store() as store:
        names, claimed = context.names(store), claims(store) if waiting.follows else {}
        for name in waiting.follows:
            accounts = claimed.get(name, [])
            out.record(
                {"waiting": "follow", "name": name, "claimed_by": [*map(key_text, accounts)]}
            )
            out.line(_("follow"), name)
            for account in accounts:
                out.indented(_("says to be"), *account_parts(names, account))
            if accounts:
                out.indented(
                    _("see whether the old profile names this key:"), profile_address(name)
                )
    for kind, origins in lists.items():
        for origin in origins:
            out.record({"waiting": kind, "name": origin})
            out.line(kind, origin)
    if not waiting.total:
        out.note(
            _("Nothing waits: `sayso import-archive PATH` brings whom you followed elsewhere.")
        )
    return DONE


def _hidden(context: Context) -> dict[bytes, str]:
    """Who is muted or blocked; whoever has no rules needs none of what reads them."""
    from os.path import lexists

    if not lexists(context.home.filters):
        return {}
    from sayso_node.clock import now_ms
    from sayso_node.filters.edit import mutes_and_blocks
    from sayso_protocol.crypto.keys import parse_key

    found = mutes_and_blocks(context.home, now_ms())
    return {parse_key(key): what for key, what in found.items()}
