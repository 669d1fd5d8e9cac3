"""Send your private messages to another device of your account: all that is kept here, sealed for
that device alone. It gets what comes from now on anyway, and posts of closed groups.

Your running node sends them, some hundred at a time, and goes on where it was stopped. Asked again
meanwhile, this says how many came. What you forgot and what has expired is not among them.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from sayso_protocol.translation import _, ngettext

from ...context import Context
from ...errors import DONE, Failure
from ...letters import made_letters
from ...options import add_passphrase, add_yes
from ...render.people.device import show_device
from ...render.short import SHORT_KEY
from ...terminal.prompt import confirm

if TYPE_CHECKING:
    from sayso_node.accounts.devices.device import Device
    from sayso_node.messages.history_transfer import Progress
    from sayso_storage.interface.store import Store


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "feed", metavar="FEED", help=_("the other device's feed: `sayso device list` shows it")
    )
    add_yes(parser)
    add_passphrase(parser)


def run(context: Context) -> int:
    """Ask, and let them go; or say how many came."""
    from sayso_node.accounts.devices.device import find_device
    from sayso_node.clock import now_ms
    from sayso_node.messages.history_transfer import (
        begin_transfer,
        past_messages,
        transfer_progress,
    )

    now = now_ms()
    with context.store() as store, made_letters(context) as records:
        device = find_device(store, context.args.feed)
        if device.this:
            raise Failure(_("this is the device that you are using: name the other one"))
        if device.state.end is not None:
            raise Failure(_("that device was revoked: it gets nothing more"))
        under_way = transfer_progress(records, device.state.feed)
        if under_way is not None:
            _show(context, device, under_way)
            return DONE
        count = len(past_messages(records, now))
        if not count:
            context.out.note(_("There are no private messages here that could go."))
            context.out.record(_record(device, None))
            return DONE
        if not context.out.json:
            show_device(context.out, device)
        asked = ngettext(
            "Whoever has that device reads {n} message then, and it cannot be undone. Send it?",
            "Whoever has that device reads {n} messages then, and it cannot be undone. Send them?",
            count,
        )
        confirm(asked.format(n=count), yes=context.args.yes)
        begun = begin_transfer(records, device.state.feed, now)
        _show(context, device, begun)
        _say_what_it_waits_for(context, store, device)
    context.notify("all")
    return DONE


def _show(context: Context, device: Device, progress: Progress) -> None:
    context.out.record(_record(device, progress))
    said = ngettext(
        "{came} of {n} message has come there", "{came} of {n} messages have come there",
        progress.messages,
    )  # fmt: skip
    count = min(progress.came, progress.messages)
    context.out.line(said.format(came=count, n=progress.messages))


def _record(device: Device, progress: Progress | None) -> dict[str, object]:
    from sayso_protocol.crypto.keys import key_text

    return {
        "feed": key_text(device.state.feed),
        "messages": 0 if progress is None else progress.messages,
        "came": 0 if progress is None else min(progress.came, progress.messages),
    }


def _say_what_it_waits_for(context: Context, store: Store, device: Device) -> None:
    from sayso_node.messages.prekeys import known_devices
    from sayso_protocol.crypto.keys import key_text

    feed, account = device.state.feed, device.state.account
    if feed not in {one.device.feed for one in known_devices(store, account).devices}:
        context.out.note(
            _(
                "{feed} has published no key for messages that came here: run `sayso messages` "
                "there, let its node run, and it goes on."
            ).format(feed=key_text(feed)[:SHORT_KEY])
        )
