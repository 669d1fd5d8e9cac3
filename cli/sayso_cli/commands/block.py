"""Hide all that an account writes, as `sayso mute` does, and neither store nor pass it on.

These are two rules in your filters.toml, and nobody is told. What others write about the
account is hidden, but it is theirs: it is still stored and passed on.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE
from ..look_alikes import note_look_alikes
from ..render.rules.rule import rule_record, show_rule


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("key", metavar="KEY", help=_("a key, did:key, invite link or @petname"))


def run(context: Context) -> int:
    """Add the rules."""
    from sayso_node.accounts.lookup import find_account
    from sayso_node.clock import now_ms
    from sayso_node.filters.edit import BLOCK, block, mutes_and_blocks
    from sayso_protocol.crypto.keys import key_text

    with context.store() as store:
        account = find_account(store, context.args.key)
        if mutes_and_blocks(context.home, now_ms()).get(key_text(account)) == BLOCK:
            context.out.line(_("blocked already"))
        rules = block(context.home, store, account)
        context.notify("all")
        names = context.names(store)
        for rule in rules:
            context.out.record(rule_record(rule))
            show_rule(context.out, rule, names)
        note_look_alikes(
            context, names, account, _("Its name looks like others, to which nothing was done:")
        )
    return DONE
