"""Make a home from a backup, as a new device of its account.

It gets a feed of its own and never goes on with the old one. Everything in the file is
verified; a file that is damaged restores nothing.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE
from ..file_argument import input_file
from ..options import add_label, add_passphrase, add_phrase
from ..render.next_steps import FIRST_STEPS, show_next
from ..render.short import SHORT_KEY

if TYPE_CHECKING:
    from sayso_node.backup.restore import Restored


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("file", metavar="FILE", help=_("the backup, or - for standard input"))
    add_label(parser)
    add_phrase(parser)
    add_passphrase(parser, sets="the new keys")


def run(context: Context) -> int:
    """Make the home and tell what to do about old devices."""
    from sayso_node.accounts.devices.device import check_label
    from sayso_node.backup.restore import is_sealed, restore

    path = input_file(context.args.file)
    size = path.stat().st_size if path.is_file() else None
    with context.out.progress(_("restoring"), size, unit="B") as progress:
        done = restore(
            context.home,
            path,
            context.passphrase(lambda _: is_sealed(path)),
            phrase=context.phrase(),
            device=check_label(context.args.label),
            progress=progress,
        )
    _report(context, done)
    return DONE


def _report(context: Context, done: Restored) -> None:
    from sayso_protocol.crypto.keys import key_text

    out, others = context.out, [key_text(state.feed) for state in done.others]
    out.record(
        {
            "account": key_text(done.new_home.account),
            "feed": key_text(done.new_home.feed),
            "home": str(context.home.path),
            "feeds": done.bundle.feeds,
            "entries": done.bundle.entries,
            "follows": done.followed,
            "blobs": done.blobs,
            "damaged": done.damaged,
            "refused": dict(done.bundle.refused),
            "others": others,
        }
    )
    out.heading(_("Your account"), key_text(done.new_home.account))
    entries, follows = quantity(done.bundle.entries, "entry"), quantity(done.followed, "follow")
    out.indented(_("{entries} and {follows} are back.").format(entries=entries, follows=follows))
    if done.blobs:
        media = quantity(done.blobs, "picture or film", "pictures and films")
        out.indented(
            _("{media} are back.").format(media=media)
            if done.blobs > 1
            else _("{media} is back.").format(media=media)
        )
    if done.damaged:
        media = quantity(done.damaged, "picture or film", "pictures and films")
        out.indented(_("left out {media}: damaged before the backup was made").format(media=media))
    out.indented(_("This device writes a new feed"), key_text(done.new_home.feed)[:SHORT_KEY])
    for reason, count in done.bundle.refused.items():
        out.indented(_("refused {count}:").format(count=count), reason)
    show_next(context, *FIRST_STEPS[-2:])
    if others:
        out.heading(_("The other devices' feeds"))
        for feed in others:
            out.indented(feed[:SHORT_KEY])
        out.indented(_("Where such a device is lost or stolen: `sayso device revoke FEED`"))
