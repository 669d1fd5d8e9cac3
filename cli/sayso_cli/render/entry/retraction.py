"""The look of a retraction: what would go, what cannot be promised, what was done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sayso_node.text.relative_time import for_people
from sayso_protocol.feed.entry import id_text
from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _, mark

from ...terminal.output import Output
from ...terminal.own_text import Whole
from ..short import SHORT_ID

if TYPE_CHECKING:
    from sayso_node.accounts.author import Published
    from sayso_node.compose.retraction import RetractionPlan
    from sayso_storage.interface.store import StoredEntry

MOST_SHOWN = 20
"""Entries that are shown before the question; the rest is counted."""

EXCERPT = 60
"""Characters of a text that are shown."""

_NOT_PROMISED = mark(
    "Honest nodes drop what it says, and pass the retraction on. Who copied it may keep it, and "
    "that something stood there stays seen: whoever guesses a short text can check the guess."
)


def show_plan(out: Output, plan: RetractionPlan) -> None:
    """Print, on the side, what would be taken back and what cannot be promised."""
    for entry in plan.entries[:MOST_SHOWN]:
        out.note(_line(entry))
    if len(plan.entries) > MOST_SHOWN:
        out.note(_("and {entries} more").format(entries=len(plan.entries) - MOST_SHOWN))
    if plan.edits:
        out.note(_("with {n_edit}").format(n_edit=quantity(len(plan.edits), "edit")))
    if plan.already:
        out.note(
            _("{n_entry} taken back before").format(n_entry=quantity(len(plan.already), "entry"))
        )
    out.note(_(_NOT_PROMISED))


def show_already(out: Output, plan: RetractionPlan) -> None:
    """Print that there was nothing to do."""
    out.record({"id": None, "taken_back": [], "edits": 0, "already": _ids(plan.already)})
    out.line(_("taken back before, so nothing was written"))


def show_retracted(out: Output, plan: RetractionPlan, made: Published, *, erased: bool) -> None:
    """Print what was taken back, and by which entry."""
    from sayso_node.timestamps import time_text
    from sayso_protocol.crypto.keys import key_text

    out.record(
        {
            "id": made.id.hex(),
            "author": key_text(made.account),
            "feed": key_text(made.feed),
            "seq": made.seq,
            "time": time_text(made.time_ms),
            "taken_back": _ids(plan.entries),
            "edits": len(plan.edits),
            "already": _ids(plan.already),
            "erased": erased,
        }
    )
    out.line(
        _("took back {n_entry}").format(
            n_entry=quantity(len(plan.entries) + len(plan.edits), "entry")
        ),
        Whole(made.id.hex()),
    )
    if not erased:
        out.note(
            _(
                "Something still reads the store, so the bytes stay on this disk until a running "
                "node "
                "erases them: it does so by itself."
            )
        )


def _ids(entries: Sequence[StoredEntry]) -> list[str]:
    return [id_text(entry.id) for entry in entries]


def _line(entry: StoredEntry) -> str:
    from sayso_node.clock import now_ms
    from sayso_node.compose.retraction import summary_of

    kind, text = summary_of(entry)
    short = text if len(text) <= EXCERPT else f"{text[:EXCERPT]}…"
    when = for_people(entry.time_ms, now_ms())
    return " ".join((kind, id_text(entry.id)[:SHORT_ID], when, short)).rstrip()
