"""Carry an account no longer, whoever asks: its table in hub.toml says so.

What is held of it is removed, but for an account that you follow or whose labels you use: that
stays with you as it is. `sayso hub admit KEY` takes it back.
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
    """Write it into the file, and remove what is held."""
    from sayso_node.accounts.lookup import find_account
    from sayso_node.control.client import is_running
    from sayso_node.hub.accounts import evict, remove_evicted
    from sayso_node.media.blob_store import open_blobs

    with context.store() as store:
        account = find_account(store, context.args.key)
        was_carried = evict(context.home, store, account)
        if is_running(context.home):
            context.notify("all")  # the node removes, so that it knows of it
        else:
            remove_evicted(store, open_blobs(context.home))
        record = {"account": key_text(account), "carry": False, "was_carried": was_carried}
        context.out.record(record)
        said = _("carried no longer:") if was_carried else _("was not carried, and will not be:")
        context.out.line(said, context.names(store).key(account))
    return DONE
