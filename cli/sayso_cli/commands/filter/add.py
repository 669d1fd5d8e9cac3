"""Add a rule, behind those that are there. The first rule that applies decides.

All conditions of a rule must hold; of several values of one condition one is enough. With
--first the rule comes before all others, as an exception from them must (--action allow).
docs/filters.md explains every condition.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from ...context import Context
from ...errors import DONE, UsageError
from ...render.rule import add_end, end_of, rule_record, show_rule

if TYPE_CHECKING:
    from sayso_protocol.toml.writer import Value
    from sayso_storage.interface.store import Store

_WHOLE = frozenset({"pattern"})
"""Conditions whose values may hold a comma."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command: one for each condition."""
    from sayso_protocol.filters.conditions import CONDITIONS, Bound
    from sayso_protocol.filters.rules import Action

    choices = [str(one) for one in Action]
    parser.add_argument("--action", dest="does", required=True, choices=choices)
    parser.add_argument("--name", metavar="NAME", help="what to call the rule")
    parser.add_argument("--because", metavar="TEXT", help="the reason, shown with the post")
    parser.add_argument("--points", metavar="N", type=int, help="for boost; may be negative")
    parser.add_argument("--first", action="store_true", help="before all other rules")
    parser.add_argument(
        "--no-through",
        action="store_true",
        help="not where it is only quoted, reposted, mentioned or answered",
    )
    add_end(parser)
    group = parser.add_argument_group("conditions")
    for name, condition in CONDITIONS.items():
        option = "--" + name.replace("_", "-")
        if not isinstance(condition, Bound):
            more = "may be given several times" if name in _WHOLE else "or several: A,B"
            group.add_argument(option, metavar="A", action="append", default=[], help=more)
        elif condition.duration:
            group.add_argument(option, metavar="D", help="a duration: 90s, 30m, 2h, 7d, 4w")
        else:
            group.add_argument(option, metavar="N", type=int, help="at least so many")


def run(context: Context) -> int:
    """Add the rule."""
    from sayso_node.filters.edit import add

    with context.store() as store:
        fields = _fields(context, store)
        rule = add(context.home, fields, first=context.args.first)
        context.notify("all")
        context.out.record(rule_record(rule))
        show_rule(context.out, rule, context.names(store))
    return DONE


def _fields(context: Context, store: Store) -> dict[str, Value]:
    from sayso_node.filters.edit import until
    from sayso_protocol.filters.conditions import CONDITIONS

    args, end = context.args, end_of(context.args)
    given = {name: _given(name, getattr(args, name), store) for name in CONDITIONS}
    conditions = {name: value for name, value in given.items() if value not in (None, [])}
    if not conditions:
        raise UsageError("name a condition: see `sayso filter add --help`")
    fields: dict[str, Value | None] = {
        "name": args.name,
        "action": args.does,
        "points": args.points,
        **conditions,
        "through": False if args.no_through else None,
        "until": None if end is None else until(end),
        "because": args.because,
    }
    return {key: value for key, value in fields.items() if value is not None}


def _given(name: str, given: str | int | list[str] | None, store: Store) -> Value | None:
    if not isinstance(given, list):
        return given
    from sayso_node.accounts.lookup import find_account
    from sayso_protocol.crypto.keys import key_text

    values = given if name in _WHOLE else [part for one in given for part in one.split(",")]
    if name == "account":
        return [key_text(find_account(store, value.strip())) for value in values]
    return values if name in _WHOLE else [value.strip() for value in values]
