"""Lists of accounts as people and programs see them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from sayso_protocol.crypto.keys import parse_key
from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

from ...terminal.output import Output
from .name import account_parts

if TYPE_CHECKING:
    from sayso_node.accounts.names import Names


def list_record(name: str, accounts: Collection[str]) -> dict[str, object]:
    """A list for programs."""
    return {"list": name, "accounts": sorted(accounts)}


def show_lists(out: Output, lists: Mapping[str, Collection[str]]) -> None:
    """Print a line a list."""
    for name, accounts in lists.items():
        out.record(list_record(name, accounts))
        out.line(name, quantity(len(accounts), "account"))


def show_list(out: Output, name: str, accounts: Collection[str], names: Names) -> None:
    """Print a list, and a line for each account on it."""
    out.record(list_record(name, accounts))
    out.line(_("{name}: {accounts}").format(name=name, accounts=quantity(len(accounts), "account")))
    keys = [parse_key(one) for one in sorted(accounts)]
    names.prepare(keys)
    for key in keys:
        out.indented(*account_parts(names, key))
