"""Show for each rule of how many held posts it decides something: hides, folds, boosts, allows,
or keeps from being stored or relayed.

A rule that decides nothing may stand behind another that always comes first. What a rule keeps
from being passed on is counted apart: the bodies of some of that are not held.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...options import add_since, since_of
from ...render.people.name import with_names
from ...render.rules.rule import rule_record


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    add_since(parser)


def run(context: Context) -> int:
    """Print a line a rule."""
    from sayso_node.clock import now_ms
    from sayso_node.filters.file import load_rules
    from sayso_node.filters.ledger import kept_counts
    from sayso_node.filters.preview import counts

    out, since = context.out, since_of(context.args)
    rules = load_rules(context.home)
    with context.store() as store:
        total = store.counts().entries
        with out.progress(_("counting"), total, unit=_(" entries")) as progress:
            found = counts(store, rules, now_ms(), since, progress)
        kept = kept_counts(store, rules, now_ms())
        names = context.names(store)
        titles = [with_names(one.rule.name or "", names) for one in found]
    for one, title in zip(found, titles, strict=True):
        out.record(rule_record(one.rule) | {"posts": one.posts, "kept_back": kept[one.rule]})
        idle = not (one.posts or kept[one.rule])
        state = _("expired") if one.expired else _("decides nothing") if idle else ""
        if kept[one.rule]:
            state = _("{count} kept back").format(count=kept[one.rule])
        out.line(f"{one.rule.number}. {one.rule.action}", title, str(one.posts), state)
    if not found:
        out.note(_("There are no rules."))
    return DONE
