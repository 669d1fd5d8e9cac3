"""Take a bundle in that `sayso export` wrote. Everything in it is verified.

Only feeds of accounts that you follow (and your own) are taken, unless --follow subscribes
to all in it; nothing of accounts that your rules block. Of a damaged bundle what comes before
the damage is kept.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE, Failure
from ..file_argument import input_file
from ..render.people.name import account_parts

if TYPE_CHECKING:
    from sayso_node.accounts.names import Names
    from sayso_node.bundle.reader import BundleResult


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("file", metavar="FILE", help=_("the bundle, or - for standard input"))
    parser.add_argument("--follow", action="store_true", help=_("follow every account in it"))


def run(context: Context) -> int:
    """Read the bundle."""
    from sayso_node.bundle.reader import BundleResult, read_bundle
    from sayso_node.filters.blocked import blocked_accounts

    args, out = context.args, context.out
    path, result = input_file(args.file), BundleResult()
    size = path.stat().st_size if path.is_file() else None
    with context.store() as store, out.progress(_("importing"), size, unit="B") as progress:
        try:
            read_bundle(
                store,
                path,
                follow=args.follow,
                progress=progress,
                result=result,
                blocked=blocked_accounts(context.home, store),
            )
        finally:
            if result.entries or result.feeds or result.statements:
                context.notify("all")
                context.erase(store)
        _report(context, result, context.names(store))
    if result.left_out and not (result.entries or result.known):
        raise Failure(
            _(
                "nothing was taken, since nobody in the bundle is followed: follow them first, or "
                "import with --follow"
            ),
            "not-followed",
        )
    return DONE


def _report(context: Context, result: BundleResult, names: Names) -> None:
    from sayso_protocol.crypto.keys import key_text

    strangers = [key_text(account) for account in result.not_followed]
    out = context.out
    out.record(
        {
            "feeds": result.feeds,
            "entries": result.entries,
            "bytes": result.size,
            "known": result.known,
            "statements": result.statements,
            "left_out": result.left_out,
            "not_followed": strangers,
            "refused": dict(result.refused),
        }
    )
    out.line(
        f"{quantity(result.entries, 'new entry')}, {quantity(result.feeds, 'new feed')}",
        _("already here: {known}").format(known=result.known),
    )
    if result.statements:
        out.indented(
            _("{n_statement} on feeds that have ended, moved or forked").format(
                n_statement=quantity(result.statements, "statement")
            )
        )
    for reason, count in result.refused.items():
        out.indented(_("refused {count}:").format(count=count), reason)
    if result.left_out:
        out.indented(
            _("left out {n_feed} of accounts that are not followed:").format(
                n_feed=quantity(result.left_out, "feed")
            )
        )
        for account in result.not_followed:
            out.indented(*account_parts(names, account))
