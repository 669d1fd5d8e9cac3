"""Carry an account from now on, whatever the quotas: its table in hub.toml says so.

A running hub begins at once, another one when it is started with `sayso run --hub`.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("key", metavar="KEY", help=_("a key, did:key, invite link or @petname"))


def run(context: Context) -> int:
    """Write it into the file."""
    from sayso_node.accounts.lookup import find_account
    from sayso_node.hub.accounts import admit

    with context.store() as store:
        account = find_account(store, context.args.key)
        admit(context.home, store, account)
        context.notify("all")
        context.out.record({"account": key_text(account), "carry": True})
        context.out.line(_("carried from now on:"), context.names(store).key(account))
    return DONE
