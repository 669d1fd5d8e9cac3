"""Write a private message to somebody: sealed for each device of that account, and for your own
other devices. Nothing of it enters a feed. It waits in this home until the running node has sent
it; `sayso messages` says what became of it.

With --attach files go with it, without what tells where, when and with what they were made. A
small one lies in the message; a larger one is sealed, stays in this home, and is given to the
reader while this node runs.

With --expires both sides erase it when that time has passed.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ..attachment_options import add_attachments, attached_files
from ..context import Context
from ..errors import DONE, Failure
from ..letters import made_letters
from ..options import add_passphrase, deadline
from ..render.people.message import show_message
from ..terminal.text_input import text_from_input
from ..waiting_messages import record, waiting_for

MAX_INPUT = 1 << 20
"""Bytes read from standard input: far more than a message may have."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("key", metavar="KEY", help=_("a key, did:key, invite link or @petname"))
    parser.add_argument(
        "text", metavar="TEXT", nargs="?", help=_("the text, in quotes; - or none: standard input")
    )
    parser.add_argument(
        "--expires", metavar="T", help=_("when both sides erase it, as 7d or 2027-01-31")
    )
    add_attachments(parser)
    add_passphrase(parser)


def run(context: Context) -> int:
    """Keep the message as waiting."""
    from sayso_node.accounts.lookup import find_account
    from sayso_node.clock import now_ms
    from sayso_node.messages import sealed_files
    from sayso_node.messages.conversation import compose_message

    args, now = context.args, now_ms()
    text, files = _text(context), attached_files(context)
    end = None if args.expires is None else deadline(args.expires)
    with context.store() as store, made_letters(context) as records:
        account = find_account(store, args.key)
        lifetime_ms = None if end is None else end - now
        with sealed_files.attached_files(context.home, files, text) as attached:
            made = compose_message(store, records, account, text, now, lifetime_ms, attached)
        waits = waiting_for(context, store, records, [made])
        context.out.record(record(made, waits))
        context.out.line(_("waiting to be sent:"))
        show_message(context.out, made, context.names(store), now, waits)
    context.notify("all")
    return DONE


def _text(context: Context) -> str:
    """The text of the message; a picture alone needs none."""
    args = context.args
    if args.text is None and args.attach:
        return ""
    is_typed = args.text not in (None, "-")
    text = args.text if is_typed else text_from_input(MAX_INPUT, "Write the message")
    if not text:
        raise Failure(_("there is no text to send: give it on the command line or as input"))
    return str(text)
