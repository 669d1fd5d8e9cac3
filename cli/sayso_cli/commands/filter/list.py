"""List the rules in order; where the file has mistakes, list those with their lines."""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...render.rules.rule import rule_record, show_rule
from ...rule_options import show_mistakes
from ...terminal.own_text import Whole


def add_arguments(_parser: ArgumentParser) -> None:
    """This command has no options of its own."""


def run(context: Context) -> int:
    """Print a line a rule, or a line a mistake."""
    from sayso_node.filters.file import FiltersError, load_rules

    out = context.out
    with context.store() as store:  # only where there is an account are there rules
        try:
            rules = load_rules(context.home)
        except FiltersError as error:
            return show_mistakes(context, context.home.filters, error)
        names = context.names(store)
        for rule in rules.rules:
            out.record(rule_record(rule))
            show_rule(out, rule, names)
    if not rules.rules:
        out.note(
            _(
                "There are no rules: `sayso mute KEY` makes one, `sayso filter add --help` tells "
                "of more, and you can write them with an editor in"
            ),
            Whole(context.home.filters),
        )
    return DONE
