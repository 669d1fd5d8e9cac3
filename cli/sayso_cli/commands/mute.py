"""Hide all that an account writes, also where others quote, repost, mention or answer it.

It is a rule in your filters.toml and nobody is told. What the account writes is still stored
and passed on; `sayso block` ends that too.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _, mark

from ..context import Context
from ..errors import DONE
from ..look_alikes import note_look_alikes
from ..render.rules.rule import add_end, end_of, rule_record, show_rule

_ALREADY = {
    "mute": mark("muted already"),
    "block": mark("blocked already, now muted too"),
}


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("key", metavar="KEY", help=_("a key, did:key, invite link or @petname"))
    add_end(parser)


def run(context: Context) -> int:
    """Add the rule."""
    from sayso_node.accounts.lookup import find_account
    from sayso_node.clock import now_ms
    from sayso_node.filters.edit import mute, mutes_and_blocks
    from sayso_protocol.crypto.keys import key_text

    end = end_of(context.args)
    with context.store() as store:
        account = find_account(store, context.args.key)
        before = mutes_and_blocks(context.home, now_ms()).get(key_text(account))
        rule = mute(context.home, store, account, end)
        if before is not None:
            context.out.line(_(_ALREADY[before]))
        context.out.record(rule_record(rule))
        names = context.names(store)
        show_rule(context.out, rule, names)
        note_look_alikes(
            context, names, account, _("Its name looks like others, to which nothing was done:")
        )
    return DONE
