"""Hide all that an account writes, also where others quote, repost, mention or answer it.

It is a rule in your filters.toml and nobody is told. What the account writes is still stored
and passed on; `sayso block` ends that too.
"""

from __future__ import annotations

from argparse import ArgumentParser

from ..context import Context
from ..errors import DONE
from ..render.rule import add_end, end_of, rule_record, show_rule


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("key", metavar="KEY", help="a key, did:key, invite link or @petname")
    add_end(parser)


def run(context: Context) -> int:
    """Add the rule."""
    from sayso_node.accounts.lookup import find_account
    from sayso_node.filters.edit import mute

    end = end_of(context.args)
    with context.store() as store:
        rule = mute(context.home, store, find_account(store, context.args.key), end)
        context.out.record(rule_record(rule))
        show_rule(context.out, rule, context.names(store))
    return DONE
