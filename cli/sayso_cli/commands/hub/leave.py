"""Ask a hub to let go of the own account, and do not ask it again; with KEY only the latter.

A hub that answers removes what it holds. One that does not answer keeps it; others keep what they
have in any case: what was published cannot be called back.
"""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import replace
from typing import TYPE_CHECKING

from sayso_protocol.crypto.keys import key_text

from ...context import Context
from ...errors import DONE, Failure
from ...options import add_passphrase
from ...render.hub import show_answer

if TYPE_CHECKING:
    from sayso_node.accounts.carriers import Carrier
    from sayso_storage.interface.store import Store


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("address", metavar="MADDR", help="as /dns4/…/tcp/…/p2p/12D3KooW…")
    parser.add_argument("key", metavar="KEY", nargs="?", help="whom it was asked for; else you")
    add_passphrase(parser)


def run(context: Context) -> int:
    """Leave the hub."""
    from sayso_node.accounts.carriers import check_hub_address, remove_carrier
    from sayso_node.daemon.hub_request import request_of_hub

    address = check_hub_address(context.home, context.args.address)
    with context.store() as store:
        carrier = _carrier(context, store, address)
    was_asked = remove_carrier(context.home, replace(carrier, proof=None))
    record = {"hub": carrier.peer_id, "account": key_text(carrier.account), "asked": was_asked}
    if carrier.proof is None:
        context.out.record(record)
        context.out.line("the hub is not asked again")
        return DONE
    answer = request_of_hub(context.home, carrier, "end")
    context.out.record(record | {"carried": answer.is_carried, "detail": answer.words})
    show_answer(context.out, answer)
    if answer.code not in (2, 3):
        raise Failure(f"the hub keeps what it holds: {answer.words}", "still-carried")
    return DONE


def _carrier(context: Context, store: Store, address: str) -> Carrier:
    from sayso_node.accounts.carriers import Carrier, own_carrier
    from sayso_node.accounts.lineage import own_account
    from sayso_node.accounts.lookup import find_account

    account = own_account(store)
    if context.args.key is not None:
        account = find_account(store, context.args.key)
    if account != own_account(store):
        return Carrier(address, account)
    return own_carrier(context.home, store, address, context.passphrase(), "end")
