"""Ask a hub to carry the own account, or with KEY another one, where the hub is open for that.

Your node stays connected to it from then on, and asks again whenever it starts. Your posts are
there for your followers while your own node is off; each is signed, so a hub can hold one back and
cannot change any. Name two, and one may go away.
"""

from __future__ import annotations

from argparse import ArgumentParser
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
    parser.add_argument("key", metavar="KEY", nargs="?", help="whom to carry; else you")
    add_passphrase(parser)


def run(context: Context) -> int:
    """Ask, and keep asking."""
    from sayso_node.accounts.carriers import add_carrier, check_hub_address
    from sayso_node.daemon.hub_request import request_of_hub

    address = check_hub_address(context.home, context.args.address)
    with context.store() as store:
        carrier = _carrier(context, store, address)
    add_carrier(context.home, carrier)
    answer = request_of_hub(context.home, carrier, "carry")
    context.out.record(
        {
            "hub": carrier.peer_id, "account": key_text(carrier.account),
            "carried": answer.is_carried, "code": answer.code, "detail": answer.words,
            "entries": answer.entries, "bytes": answer.size, "most": answer.most,
        }
    )  # fmt: skip
    show_answer(context.out, answer)
    if not answer.is_carried:
        raise Failure(f"the hub does not carry it: {answer.words}", "not-carried")
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
    return own_carrier(context.home, store, address, context.passphrase())
