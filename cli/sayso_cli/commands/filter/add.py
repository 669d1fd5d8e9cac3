"""Add a rule, behind those that are there. The first rule that applies decides.

All conditions of a rule must hold; of several values of one condition one is enough. With
--first the rule comes before all others, as an exception from them must (--action allow).
docs/filters.md explains every condition.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE, UsageError
from ...options import whole_number
from ...render.rules.rule import add_end, end_of, rule_record, show_rule
from ...rule_conditions import HELP, condition_value

if TYPE_CHECKING:
    from sayso_protocol.toml.writer import Value
    from sayso_storage.interface.store import Store


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command: one for each condition."""
    from sayso_protocol.filters.conditions import CONDITIONS, Bound
    from sayso_protocol.filters.rules import Action

    choices = [str(one) for one in Action]
    parser.add_argument(
        "--action",
        dest="does",
        required=True,
        choices=choices,
        help=_(
            "show as usual, show nothing, show one line, add points for views, neither store nor "
            "relay, keep the chain without the body, store without relaying"
        ),
    )
    parser.add_argument("--name", metavar="NAME", help=_("what to call the rule"))
    parser.add_argument("--because", metavar="TEXT", help=_("the reason, shown with the post"))
    parser.add_argument(
        "--points", metavar="N", type=whole_number, help=_("for boost; may be negative")
    )
    parser.add_argument("--first", action="store_true", help=_("before all other rules"))
    parser.add_argument(
        "--no-through",
        action="store_true",
        help=_("not where it is only quoted, reposted, mentioned or answered"),
    )
    add_end(parser)
    group = parser.add_argument_group(
        _("conditions, of entries (A: one, or several as A,B; N: so many or more)")
    )
    for name, condition in CONDITIONS.items():
        option = "--" + name.replace("_", "-")
        if not isinstance(condition, Bound):
            group.add_argument(option, metavar="A", action="append", default=[], help=_(HELP[name]))
        elif condition.duration:
            group.add_argument(option, metavar="D", help=_(HELP[name]))
        else:
            group.add_argument(option, metavar="N", type=whole_number, help=_(HELP[name]))


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
    given = {name: condition_value(name, getattr(args, name), store) for name in CONDITIONS}
    conditions = {name: value for name, value in given.items() if value not in (None, [])}
    if not conditions:
        raise UsageError(_("name a condition: see `sayso filter add --help`"))
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
