"""Pages about one entry: its conversation, its versions, why it is shown so, who has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from sayso_protocol.translation import _

from ....accounts.lookup import find_entry
from ....clock import now_ms
from ....filters.explanation import found_by
from ....filters.trial import explain_entry
from ....labels.queries import own_labels_on
from ....timestamps import parse_time
from ..visit import Visit
from .post_parts import PostParts

MOST: Final = 100
"""Entries of a conversation that a page shows: the line to the one that it is about, and what
stands around it."""

ANSWERS: Final = {
    "applies": _("applies"),
    "expired": _("has ended"),
    "decided": _("an earlier rule has decided"),
    "except": _("does not apply: its exception holds"),
    "own": _("does not apply: no rule does to your own entries"),
}

DISTANCES: Final = {
    "0": _("You"),
    "1": _("Accounts that you follow"),
    "2": _("Accounts that those follow"),
    "far": _("Everybody else"),
}


def entry_page(visit: Visit) -> Response:
    """The conversation that an entry stands in; of other kinds the entry alone."""
    unfiltered = bool(visit.asked("unfiltered"))
    reader = visit.reader(unfiltered=unfiltered)
    focus = reader.entry(visit.path("id"), named=True)
    if focus.original is not None:
        focus = reader.entry(focus.original.id, named=True)
    if focus.entry is None or focus.post is None:
        items, more = [focus], False
    else:
        found = reader.thread_page(focus.id, MOST)
        items, more = found.items, bool(found.left_out) or not found.is_whole
    return visit.render(
        "entry.html",
        focus=focus,
        items=items,
        more=more,
        unfiltered=unfiltered,
        hidden=all(one.id != focus.id for one in items),
        labels=[] if focus.entry is None else own_labels_on(visit.store, focus.entry.id),
        parts=PostParts(visit, [*items, focus], focus=focus.id, unfold=unfiltered),
    )


def history_page(visit: Visit) -> Response:
    """The versions of an entry, the last one first, with what changed from each to the next."""
    item = visit.reader().entry(visit.path("id"), history=True)
    versions = list(item.history or ())[::-1]
    return visit.render("history.html", item=item, versions=versions)


def why_page(visit: Visit) -> Response:
    """The answers of all rules, the labels, and the way on which an entry came here."""
    found, names = explain_entry(visit.home, visit.store, visit.path("id"))
    item = visit.reader(unfiltered=True).entry(visit.path("id"))
    asked = [
        (one, ANSWERS.get(one.why, ""), [found_by(answer) or () for answer in one.answers])
        for one in found.asked
    ]
    return visit.render(
        "why.html", found=found, asked=asked, item=item, names=names, parts=PostParts(visit, [item])
    )


def tally_page(visit: Visit) -> Response:
    """How a poll stands, and how near those are who voted."""
    found = visit.reader().tally(visit.path("id"), lambda _: None)
    return visit.render("tally.html", found=found, distances=DISTANCES)


async def ask_reach(visit: Visit) -> Mapping[str, Any]:
    """Ask the peers that are connected whether they have an entry. Raises `NodeError`."""
    entry = await visit.context.read(find_entry, visit.store, visit.path("id"))
    return await visit.context.ask("reach", id=entry.id.hex())


def reach_page(visit: Visit, found: Mapping[str, Any]) -> Response:
    """Which of the connected peers say that they have an entry."""
    item = visit.reader(unfiltered=True).entry(visit.path("id"))
    holders = [(one["peer"], parse_time(one["time"], now_ms())) for one in found["holders"]]
    return visit.render("reach.html", item=item, holders=holders, asked=found["peers_asked"])
