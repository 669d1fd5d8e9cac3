"""Acts of one press: reactions, reposts, bookmarks, votes, and fetching what is attached."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import trio
from starlette.responses import Response

from sayso_protocol.translation import _

from ....accounts.author import Published
from ....compose.bookmark import bookmark, remove_bookmark
from ....compose.label import label
from ....compose.poll import vote
from ....compose.reaction import react, repost, unrepost
from ....errors import NodeError, PostError
from ...form import Form
from ..visit import Visit, back

FETCH_SECONDS: Final = 5.0
"""How long a page waits for what it fetches: most pictures are here by then."""


async def act_react(visit: Visit, typed: Form) -> Response:
    """React, or take the reaction back."""
    undo = bool(typed.text("undo"))
    emoji = None if undo else typed.text("emoji")
    return await _publish(visit, typed, react, emoji, "unreacted" if undo else "reacted")


async def act_repost(visit: Visit, typed: Form) -> Response:
    """Repost, or take the repost back."""
    if typed.text("undo"):
        return await _publish(visit, typed, unrepost, None, "unreposted")
    return await _publish(visit, typed, repost, None, "reposted")


async def act_vote(visit: Visit, typed: Form) -> Response:
    """Vote, or take the vote back."""
    undo = bool(typed.text("undo"))
    given = [] if undo else typed.all("choice")
    if not undo and not given:
        raise PostError(_("Choose one of the options first."))
    if not all(one.isascii() and one.isdigit() and len(one) < 4 for one in given):
        raise PostError(_("This is no option of the poll."))
    choices = [int(one) for one in given]
    return await _publish(visit, typed, vote, choices, "unvoted" if undo else "voted")


async def act_bookmark(visit: Visit, typed: Form) -> Response:
    """Mark an entry, or take the mark off; nobody is told."""
    entry, undo = visit.path("id"), bool(typed.text("undo"))

    def write() -> bool:
        return (remove_bookmark if undo else bookmark)(visit.store, entry)[1]

    is_new = await visit.context.write(write)
    done = "unbookmarked" if undo else "bookmarked"
    return back(typed, f"/entries/{entry}", done if is_new else "nothing-new", _anchor(entry))


async def act_label(visit: Visit, typed: Form) -> Response:
    """Put a label on an entry, or take it back."""
    entry, undo = visit.path("id"), bool(typed.text("undo"))
    name = typed.text("label").strip()
    if not name:
        raise PostError(_("Type a label first."))

    def write() -> Published:
        return label(visit.store, visit.author(), [entry], name, off=undo)

    made = await visit.context.write(write)
    said = "nothing-new" if made.already else "unlabelled" if undo else "labelled"
    return back(typed, f"/entries/{entry}", said, _anchor(entry))


async def act_fetch(visit: Visit, typed: Form) -> Response:
    """Fetch a picture or film; waits a moment for it."""
    cid = visit.path("cid")
    found = await visit.context.ask("fetch", cid=cid, start=True)
    with trio.move_on_after(FETCH_SECONDS):
        while not found["ended"]:
            found = await visit.context.ask("fetch", cid=cid, seen=found["in_order"])
    if found["ended"] and not found["held"]:
        raise NodeError(str(found["failure"] or _("It did not come: try again later.")))
    return back(typed, "/", "fetched" if found["held"] else "fetching")


async def _publish(
    visit: Visit, typed: Form, act: Callable[..., Published], value: object, said: str
) -> Response:
    entry = visit.path("id")
    more = () if value is None and act is not react else (value,)

    def write() -> Published:
        return act(visit.store, visit.author(), entry, *more)

    made = await visit.context.write(partial(write))
    return back(typed, f"/entries/{entry}", "nothing-new" if made.already else said, _anchor(entry))


def _anchor(entry: str) -> str:
    return f"e{entry[:12]}" if entry.isalnum() else ""
