"""Show the first posts under a view, beside their places newest first.

The left number is a post's place under the view, the right one its place today. With --by it
is a view that somebody offers, before you adopt it. Nothing is changed.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...options import add_since, number, since_of
from ...render.entry.kind import kind_phrase
from ...render.people.name import account_parts, excerpt
from ...render.rules.view import add_by, named_view
from ...render.short import SHORT_ID
from ...rule_options import timeline_reader

LIMIT = 20


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("name", metavar="NAME", help=_("which view"))
    parser.add_argument(
        "--limit",
        metavar="N",
        type=number,
        default=LIMIT,
        help=_("the first N of both ({limit})").format(limit=LIMIT),
    )
    add_since(parser)
    add_by(parser, _("a view that this account offers"))


def run(context: Context) -> int:
    """Print a line a post, best first."""
    from sayso_node.timeline.reader import TimelineRequest

    args, out = context.args, context.out
    request = TimelineRequest(args.limit, since_ms=since_of(args))
    with context.store() as store:
        view = named_view(context, store)
        names = context.names(store)
        for one in timeline_reader(context, store).preview(request, view):
            out.record(one.as_json())
            item = one.item
            text = excerpt(item.text) if item.text else kind_phrase(item.kind)
            places = f"{one.rank:>4} {one.newest:>4}"
            author = account_parts(names, item.reference.account)
            out.line(places, item.id[:SHORT_ID], *author, text)
    return DONE
