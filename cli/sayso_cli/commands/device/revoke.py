"""End a device's feed: of what it writes later nothing counts, for anybody who hears of it.

The last entry that counts is the last one that is held here, or the one that --at names; with
--all nothing of the feed counts. It cannot be taken back; a second revoke counts only where it
ends the feed sooner.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...options import add_passphrase, add_yes
from ...render.people.device import (
    device_record,
    pending_device_record,
    show_device,
    show_pending_device,
)
from ...terminal.prompt import confirm

if TYPE_CHECKING:
    from sayso_node.accounts.devices.device import Device
    from sayso_node.accounts.devices.pending_device import PendingDevice
    from sayso_protocol.accounts.statement import End
    from sayso_storage.interface.store import Store


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "feed", metavar="FEED", help=_("the device's feed, or 8 or more characters it begins with")
    )
    last = parser.add_mutually_exclusive_group()
    last.add_argument("--at", metavar="ID", help=_("the last entry that counts"))
    last.add_argument("--all", action="store_true", help=_("nothing of the feed counts"))
    add_yes(parser)
    add_passphrase(parser)


def run(context: Context) -> int:
    """Revoke the device and print what it is then."""
    from sayso_node.accounts.devices.device import find_any
    from sayso_node.accounts.devices.pending_device import PendingDevice

    with context.store() as store:
        device = find_any(context.home, store, context.args.feed)
        if isinstance(device, PendingDevice):
            _revoke_awaited(context, store, device)
        else:
            _revoke(context, store, device)
    return DONE


def _revoke(context: Context, store: Store, device: Device) -> None:
    from sayso_node.accounts.devices.revocation import last_entry, revoke
    from sayso_protocol.accounts.statement import NOTHING

    args = context.args
    end = NOTHING if args.all else last_entry(store, device, args.at)
    if device.state.end is not None and end.seq >= device.state.end.seq:
        context.out.note(_("It is revoked already, and this would not end it sooner."))
        context.out.record(device_record(device))
        show_device(context.out, device)
        return
    _warn(context, device, end)
    _confirm(context)
    named = end if args.all or args.at else None
    device = revoke(context.home, store, device, named, context.passphrase())
    context.notify("all")
    context.out.record(device_record(device))
    show_device(context.out, device)


def _revoke_awaited(context: Context, store: Store, device: PendingDevice) -> None:
    from sayso_node.accounts.devices.revocation import revoke_pending

    context.out.note(_("Nothing of the feed has come here, and nothing of it will count."))
    _confirm(context)
    device = revoke_pending(context.home, store, device, context.passphrase())
    context.notify("all")
    context.out.record(pending_device_record(device))
    show_pending_device(context.out, device)


def _confirm(context: Context) -> None:
    confirm(_("It cannot be undone. Revoke it?"), yes=context.args.yes)


def _warn(context: Context, device: Device, end: End) -> None:
    out = context.out
    if device.this:
        out.note(_("This is the device that you are using: it can post no more after this."))
    if end.seq == 0:
        out.note(_("Nothing of the feed will count, and what is held of it is removed."))
    else:
        out.note(
            _("Entry {seq} will be its last that counts; later ones are removed.").format(
                seq=end.seq
            )
        )
