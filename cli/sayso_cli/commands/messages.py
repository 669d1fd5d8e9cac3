"""Show private messages, the oldest first: all of them, or those with one account. Of your own it
says what became of them: waiting, carried (others hold it for the reader), delivered, or returned,
where nobody took it within 30 days.

`sayso message KEY` writes one, `sayso fetch ID` brings what is attached to one, and `sayso forget
ID` erases one. From the first of these commands on your running node publishes a key each week, by
which others can write to you.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE
from ..letters import made_letters
from ..options import add_passphrase
from ..render.people.account_event import show_key_change
from ..render.people.message import show_message
from ..waiting_messages import record, waiting_for

if TYPE_CHECKING:
    from sayso_node.messages.conversation import ShownMessage
    from sayso_node.timeline.key_changes import KeyChangeItem
    from sayso_storage.interface.sealed_records import SealedRecords
    from sayso_storage.interface.store import Store


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "key", metavar="KEY", nargs="?", help=_("a key, did:key, invite link or @petname")
    )
    add_passphrase(parser)


def run(context: Context) -> int:
    """Print the messages."""
    from sayso_node.accounts.lookup import find_account
    from sayso_node.clock import now_ms
    from sayso_node.media.sealed_store import open_sealed
    from sayso_node.messages.conversation import messages

    args, now = context.args, now_ms()
    with context.store() as store, made_letters(context) as records:
        partner = None if args.key is None else find_account(store, args.key)
        found = messages(store, records, now, partner, open_sealed(context.home))
        names = context.names(store)
        waits = waiting_for(context, store, records, found)
        devices = [] if context.out.json else _new_devices(store, records, found)
        for one in found:
            while devices and devices[-1].sort_ms <= one.kept.message.sent_ms:
                show_key_change(context.out, devices.pop(), names)
            context.out.record(record(one, waits))
            show_message(context.out, one, names, now, waits)
        for device in reversed(devices):
            show_key_change(context.out, device, names)
    context.notify("all")
    if any(not one.holds(file) for one in found for file in one.kept.message.attachments):
        context.out.note(_("What is attached and not here comes by `sayso fetch ID`."))
    if not found:
        context.out.note(_("no messages yet: `sayso message KEY TEXT` writes one"))
    return DONE


def _new_devices(
    store: Store, records: SealedRecords, found: list[ShownMessage]
) -> list[KeyChangeItem]:
    """New devices of the accounts of these messages, the newest first."""
    from sayso_node.timeline.new_devices import new_device_items

    accounts = dict.fromkeys(
        one.kept.message.to if one.is_own else one.kept.author for one in found
    )
    return new_device_items(store, records, accounts=accounts)
