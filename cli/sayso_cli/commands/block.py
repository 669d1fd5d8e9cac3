"""Hide all that an account writes, as `sayso mute` does, and neither store nor pass it on.

These are two rules in your filters.toml, and nobody is told. What others write about the
account is hidden, but it is theirs: it is still stored and passed on.
"""

from __future__ import annotations

from argparse import ArgumentParser

from ..context import Context
from ..errors import DONE
from ..render.rule import rule_record, show_rule


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("key", metavar="KEY", help="a key, did:key, invite link or @petname")


def run(context: Context) -> int:
    """Add the rules."""
    from sayso_node.accounts.lookup import find_account
    from sayso_node.filters.edit import block

    with context.store() as store:
        rules = block(context.home, store, find_account(store, context.args.key))
        context.notify("all")
        names = context.names(store)
        for rule in rules:
            context.out.record(rule_record(rule))
            show_rule(context.out, rule, names)
    return DONE
