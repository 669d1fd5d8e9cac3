"""Labels of others: whose are subscribed to, and what each does here."""

from __future__ import annotations

from typing import Final

from starlette.responses import RedirectResponse, Response

from sayso_protocol.crypto.keys import parse_key
from sayso_protocol.filters.label_rules import use_text
from sayso_protocol.translation import _

from ....accounts.lookup import find_account
from ....errors import NodeError
from ....filters.file import load_rules
from ....labels.queries import names_of
from ....labels.subscription import read_uses, subscribe, unsubscribe
from ...form import Form
from ..visit import NOT_DONE, Visit

USES: Final = {
    "show": _("show that it is there"),
    "hide": _("hide"),
    "fold": _("fold"),
    "drop": _("neither keep nor pass on"),
}

MOST: Final = 30
"""Labels of one account that are listed; those in use come first."""


def labels_page(visit: Visit) -> Response:
    """The subscriptions, and a form for more."""
    return _labels(visit, Form())


async def subscribe_typed(visit: Visit, typed: Form) -> Response:
    """Subscribe to an account's labels, or say what one of them does."""

    def write() -> None:
        label, use = typed.text("label").strip(), typed.text("use")
        uses = read_uses([f"{label}={use}"] if label else [])
        subscribe(visit.home, visit.store, find_account(visit.store, typed.text("key")), uses)

    try:
        await visit.context.write(write)
    except NodeError as error:
        return await visit.context.read(_labels, visit, typed, error)
    return RedirectResponse("/labels?said=subscribed", 303)


async def unsubscribe_typed(visit: Visit, typed: Form) -> Response:
    """End a subscription."""

    def write() -> None:
        unsubscribe(visit.home, visit.store, find_account(visit.store, typed.text("key")))

    await visit.context.write(write)
    return RedirectResponse("/labels?said=unsubscribed", 303)


def _labels(visit: Visit, typed: Form, error: NodeError | None = None) -> Response:
    names, lines = visit.names(), []
    for labeller in load_rules(visit.home).labellers:
        account = parse_key(labeller.account)
        uses = {use.name: use_text(use) for use in labeller.uses}
        counts = names_of(visit.store, account)
        others = [one for one, _count in counts.most_common(MOST) if one not in uses]
        rows = [(one, uses.get(one, ""), counts[one]) for one in [*uses, *others]]
        lines.append((labeller.account, names.of(account), rows))
    return visit.render(
        "labels.html",
        200 if error is None else NOT_DONE,
        lines=lines,
        uses=USES,
        typed=typed,
        mistake="" if error is None else str(error),
    )
