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
from ...options import whole_number
from ...render.rules.rule import add_end, end_of, rule_record, show_rule

if TYPE_CHECKING:
    from sayso_protocol.toml.writer import Value
    from sayso_storage.interface.store import Store

_WHOLE = frozenset({"pattern"})
"""Conditions whose values may hold a comma."""

HELP = {
    "account": "by these accounts; keys or @petnames",
    "list": "by accounts on these lists",
    "kind": "of these kinds: post, repost, follow …",
    "lang": "whose author said this language, or a case of it",
    "tag": "with one of these tags",
    "host": "with a link to one of these hosts",
    "media_kind": "with such an attachment: image, video, audio",
    "words": "with one of these words or phrases",
    "pattern": "that match a regular expression (RE2); may be given several times",
    "label": "with one of these labels, by labellers whom you subscribe to",
    "older": "written so long ago, or longer: 90s, 30m, 2h, 7d, 4w",
    "younger": "written less long ago",
    "media": "with so many attachments",
    "media_bytes": "with attachments of so many bytes together",
    "distance": "so far from you: 1 whom you follow, 2 whom those do, 3 anybody else",
    "coordinated": "in step with others, with a score of so much (0 to 1000)",
    "rate": "by accounts that wrote so many in the hour before",
    "account_younger": "by accounts whose first post here is less old: 3d",
    "reply_depth": "so deep in a conversation",
    "copies": "of which other accounts wrote so many near-copies",
}
"""What each condition says of the entries that a rule is about; of numbers, "or more"."""


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
        help="show as usual, show nothing, show one line, add points for views, neither store nor "
        "relay, keep the chain without the body, store without relaying",
    )
    parser.add_argument("--name", metavar="NAME", help="what to call the rule")
    parser.add_argument("--because", metavar="TEXT", help="the reason, shown with the post")
    parser.add_argument(
        "--points", metavar="N", type=whole_number, help="for boost; may be negative"
    )
    parser.add_argument("--first", action="store_true", help="before all other rules")
    parser.add_argument(
        "--no-through",
        action="store_true",
        help="not where it is only quoted, reposted, mentioned or answered",
    )
    add_end(parser)
    group = parser.add_argument_group(
        "conditions, of entries (A: one, or several as A,B; N: so many or more)"
    )
    for name, condition in CONDITIONS.items():
        option = "--" + name.replace("_", "-")
        if not isinstance(condition, Bound):
            group.add_argument(option, metavar="A", action="append", default=[], help=HELP[name])
        elif condition.duration:
            group.add_argument(option, metavar="D", help=HELP[name])
        else:
            group.add_argument(option, metavar="N", type=whole_number, help=HELP[name])


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
