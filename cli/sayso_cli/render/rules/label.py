"""The look of labels and of subscriptions to them, to people and to programs."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

from ...context import Context
from ...terminal.output import Output
from ..people.name import account_parts, account_text
from ..short import SHORT_ID

if TYPE_CHECKING:
    from sayso_node.accounts.names import Names
    from sayso_protocol.filters.rules import Labeller
    from sayso_storage.interface.content.labels import Labelled
    from sayso_storage.interface.store import Store


def add_on(parser: ArgumentParser) -> None:
    """Add the option of commands that say what labels do."""
    parser.add_argument(
        "--on",
        metavar="NAME=WHAT",
        action="append",
        default=[],
        help=_("what a label does: hide, fold, boost:N, show, allow, drop, headers or store"),
    )


def show_labeller(context: Context, store: Store, labeller: Labeller) -> None:
    """Print a subscription, and how often each label is in the store."""
    from sayso_node.labels.queries import names_of
    from sayso_protocol.crypto.keys import parse_key
    from sayso_protocol.filters.label_rules import use_text

    account, out = parse_key(labeller.account), context.out
    uses = {use.name: use_text(use) for use in labeller.uses}
    counts, names = names_of(store, account), context.names(store)
    out.record(
        {
            "account": labeller.account,
            "name": names.of(account).shown,
            "on": uses,
            "labels": dict(counts.most_common()),
        }
    )
    out.heading(*account_parts(names, account))
    for label in [*uses, *(one for one, _count in counts.most_common(20) if one not in uses)]:
        what = uses.get(label, _("does nothing"))
        out.indented(
            f"{label}:",
            what,
            _("on {n_entry_or_account}").format(
                n_entry_or_account=quantity(
                    counts[label], "entry or account", "entries and accounts"
                )
            ),
        )
    if not uses and not counts:
        out.indented(_("no labels are held yet"))


def show_label(out: Output, label: Labelled, names: Names, *more: str) -> None:
    """Print one label; `more` says who of two compared says it."""
    from sayso_node.clock import now_ms
    from sayso_node.labels.queries import label_json
    from sayso_node.text.relative_time import for_people
    from sayso_protocol.feed.entry import id_text

    if out.json:
        out.record(label_json(label) | ({"said_by": more[0]} if more else {}))
        return
    subject = id_text(label.subject)[:SHORT_ID]
    if label.on_account:
        subject = account_text(names, label.subject)
    out.line(label.name, subject, for_people(label.time_ms, now_ms()), *more)
