"""Taking an own entry back: what goes and what cannot be promised, then the act."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from ....accounts.author import Published
from ....compose.retraction import plan_retraction, retract, summary_of
from ...form import Form
from ..visit import Visit


def retraction_page(visit: Visit) -> Response:
    """What would be taken back."""
    plan = plan_retraction(visit.store, [visit.path("id")])
    lines = [(entry, *summary_of(entry)) for entry in plan.entries]
    return visit.render("retract.html", plan=plan, lines=lines, entry=visit.path("id"))


async def take_back(visit: Visit, typed: Form) -> Response:
    """Publish the retraction; the node erases the bytes."""

    def write() -> Published | None:
        plan = plan_retraction(visit.store, [visit.path("id")])
        return retract(visit.store, visit.author(), plan) if plan.references else None

    made = await visit.context.write(write)
    await visit.context.tell_node()  # so that it erases what is on the disk
    return RedirectResponse(f"/?said={'nothing-new' if made is None else 'taken-back'}", 303)
