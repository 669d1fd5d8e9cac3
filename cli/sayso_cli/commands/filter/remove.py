"""Remove a rule by its name, or by its number as `sayso filter list` shows it."""

from __future__ import annotations

from argparse import ArgumentParser

from ...context import Context
from ...errors import DONE
from ...render.rule import rule_record, show_rule


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("rule", metavar="NAME|NUMBER", help="which rule")


def run(session: Context) -> int:
    """Remove the rule, and print what it was."""
    from sayso_node.filters.edit import remove

    with session.store():
        pass  # only where there is an account are there rules
    rule = remove(session.home, session.args.rule)
    session.notify("all")
    session.out.record(rule_record(rule))
    session.out.line("removed:")
    show_rule(session.out, rule)
    return DONE
