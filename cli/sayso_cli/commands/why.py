"""Say why an entry is shown as it is: each rule that was asked and its answer, each label and
whose, the terms of its score, and how it came to this node.

The same store and files give the same answer on every machine. Only rules that look at the
clock can answer otherwise later: --at asks as of another moment.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE
from ..options import moment
from ..render.rules.explanation import show_explanation
from ..rule_options import timeline_reader


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("id", metavar="ID", help=_("an id, or at least 8 of its first digits"))
    parser.add_argument("--view", metavar="NAME", help=_("tell the score under this view, too"))
    parser.add_argument("--at", metavar="T", help=_("as of then: 2024-05-01T12:00:00Z, 2h, …"))


def run(context: Context) -> int:
    """Print the answer."""
    from sayso_node.accounts.lookup import find_entry
    from sayso_node.clock import now_ms
    from sayso_node.filters.explanation import explain
    from sayso_node.filters.file import load_rules
    from sayso_node.filters.judge import Judge
    from sayso_node.views.file import find_view
    from sayso_node.views.ranking import score_of
    from sayso_protocol.feed.entry import id_text

    at = moment(context.args.at)
    with context.store() as store:
        entry = find_entry(store, context.args.id)
        rules, present = load_rules(context.home), now_ms() if at is None else at
        judge = Judge(store, rules, present, home=context.home)
        named = context.args.view
        score = None if named is None else score_of(find_view(context.home, named))
        found = explain(store, judge, entry, score)
        context.out.record(found.as_json())
        if not context.out.json:
            item = timeline_reader(context, store).held([id_text(entry.id)])[id_text(entry.id)]
            show_explanation(context.out, found, context.names(store), item)
    return DONE
