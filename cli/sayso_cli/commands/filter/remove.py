"""Remove a rule by its name, or by its number as `sayso filter list` shows it."""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...render.rules.rule import rule_record, show_rule
from ...rule_options import rule_named


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("rule", metavar="NAME|NUMBER", help=_("which rule"))


def run(context: Context) -> int:
    """Remove the rule, and print what it was."""
    from sayso_node.filters.edit import remove

    with context.store() as store:  # only where there is an account are there rules
        rule = remove(context.home, rule_named(context, store, context.args.rule))
        context.notify("all")
        context.out.record(rule_record(rule))
        context.out.line(_("removed:"))
        show_rule(context.out, rule, context.names(store))
    return DONE
