"""Write what you chose on this device into a file for another device of your account: whom you
follow, petnames, rules with the labels that you subscribe to, and views.

The file is sealed: only that device can read it. Bring it there, and take it in with `sayso device
receive FILE`. No keys and no posts are in it.
"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...options import add_passphrase
from ...render.short import SHORT_KEY


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "feed", metavar="FEED", help=_("the other device's feed: `sayso device list` shows it")
    )
    parser.add_argument("file", metavar="FILE", help=_("the file to write"))
    add_passphrase(parser)


def run(context: Context) -> int:
    """Write the file."""
    from sayso_node.accounts.devices.device import find_any
    from sayso_node.backup.settings import write_settings
    from sayso_protocol.crypto.keys import key_text

    path, out = Path(context.args.file).expanduser(), context.out
    with context.store() as store:
        device = find_any(context.home, store, context.args.feed)
        made = write_settings(context.home, store, device, path, context.passphrase())
    out.record(
        {
            "feed": key_text(made.to),
            "follows": made.follows,
            "files": made.files,
            "bytes": made.size,
            "file": str(path),
        }
    )
    what = ", ".join([quantity(made.follows, "follow"), *made.files])
    out.line(
        _("{what} for the device").format(what=what),
        key_text(made.to)[:SHORT_KEY],
        _("in"),
        str(path),
    )
    out.note(_("Only that device can read it. There: sayso device receive FILE"))
    return DONE
