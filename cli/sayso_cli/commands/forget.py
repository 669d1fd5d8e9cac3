"""Erase a private message of this home for good, or all that you have with an account. What waits
to be sent is sent no more. Others keep what they have: nobody is told.

What is erased stands in no file of this home any more. Disks and snapshots may keep old blocks.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from sayso_protocol.translation import _, ngettext

from ..context import Context
from ..errors import DONE, Failure
from ..letters import opened_letters
from ..options import add_passphrase

if TYPE_CHECKING:
    from sayso_storage.interface.sealed_records import SealedRecords
    from sayso_storage.interface.store import Store

HEX = frozenset("0123456789abcdefABCDEF")


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "what", metavar="ID|KEY", help=_("a message's id, 8 digits of it, or a key or @petname")
    )
    add_passphrase(parser)


def run(context: Context) -> int:
    """Erase."""
    with context.store() as store, opened_letters(context) as records:
        if records is None:
            raise Failure(_("no such message: `sayso messages` lists them"))
        count = _forget(store, records, context.args.what)
        is_erased = records.erase()
    context.notify("all")
    context.out.record({"forgotten": count, "erased": is_erased})
    context.out.line(
        ngettext("{n} message is erased", "{n} messages are erased", count).format(n=count)
    )
    if not is_erased:
        context.out.note(
            _("Another program reads the letters: what is forgotten is erased the next time.")
        )
    return DONE


def _forget(store: Store, records: SealedRecords, what: str) -> int:
    from sayso_node.accounts.lookup import find_account
    from sayso_node.messages.conversation import (
        find_message,
        forget_conversation,
        forget_message,
    )

    if HEX.issuperset(what):
        return int(forget_message(store, records, find_message(records, what).message.id))
    return forget_conversation(store, records, find_account(store, what))
