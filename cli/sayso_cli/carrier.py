"""The account and the hub that commands about carriage name, and the arguments that name them."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from sayso_protocol.translation import _

from .context import Context
from .options import add_passphrase

if TYPE_CHECKING:
    from sayso_node.accounts.carriers import Carrier


def add_carrier_arguments(parser: ArgumentParser, whom: str) -> None:
    """Add the arguments; `whom` is the help of KEY."""
    parser.add_argument("address", metavar="MADDR", help=_("as /dns4/…/tcp/…/p2p/12D3KooW…"))
    parser.add_argument("key", metavar="KEY", nargs="?", help=whom)
    add_passphrase(parser)


def named_carrier(context: Context, what: str) -> Carrier:
    """What they name: of the own account with a proof for `what`, "carry" or "end". Raises
    `NodeError`, `StoreError`."""
    from sayso_node.accounts.carriers import Carrier, check_hub_address, own_carrier
    from sayso_node.accounts.lineage import own_account
    from sayso_node.accounts.lookup import find_account

    address = check_hub_address(context.home, context.args.address)
    with context.store() as store:
        account = own_account(store)
        if context.args.key is not None:
            account = find_account(store, context.args.key)
        if account != own_account(store):
            return Carrier(address, account)
        return own_carrier(context.home, store, address, context.passphrase(), what)
