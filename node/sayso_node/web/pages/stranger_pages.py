"""Strangers who knocked: the shelf, with what the owner can do with each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.responses import RedirectResponse, Response

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.translation import mark
from sayso_storage.interface.sealed_records import SealedRecords

from ...clock import now_ms
from ...filters.edit import block
from ...filters.file import load_rules
from ...knocks.strangers import (
    Stranger,
    accept,
    check_some,
    decline,
    find_stranger,
    reach_text,
    strangers,
)
from ..form import Form
from ..own_letters import opened_letters
from .visit import Visit

SHOWN: Final = 200

WHAT: Final = {
    "reply": mark("answers you"),
    "mention": mark("mentions you"),
    "quote": mark("quotes you"),
    "follow": mark("follows you"),
    "message": mark("writes to you"),
}


def strangers_page(visit: Visit) -> Response:
    """Who knocked: the first page, or with `all` everybody."""
    everybody = bool(visit.asked("all"))
    with opened_letters(visit.context) as records:
        found, first = list[Stranger](), 0
        if records is not None:
            found, first = strangers(visit.store, records, load_rules(visit.home), now_ms())
    shown = found if everybody else found[:first]
    return visit.render(
        "strangers.html",
        lines=[(key_text(one.shelved.knock.sender), one) for one in shown[:SHOWN]],
        hidden=0 if everybody else len(found) - first,
        what=WHAT,
        reach=reach_text,
    )


def _accept(visit: Visit, records: SealedRecords, typed: str) -> None:
    accept(visit.store, records, typed, now_ms())


def _decline(visit: Visit, records: SealedRecords, typed: str) -> None:
    decline(visit.store, records, typed, now_ms())


def _block(visit: Visit, records: SealedRecords, typed: str) -> None:
    sender = find_stranger(visit.store, records, typed).shelved.knock.sender
    block(visit.home, visit.store, sender)


def act_on_stranger(do: str, said: str) -> Callable[[Visit, Form], Awaitable[Response]]:
    """A handler of one press about a stranger."""

    async def act(visit: Visit, _typed: Form) -> Response:
        def write() -> None:
            with opened_letters(visit.context) as records:
                _ACTS[do](visit, check_some(records), visit.path("id"))

        await visit.context.write(write)
        return RedirectResponse(f"/strangers?said={said}", 303)

    return act


_ACTS: Final[dict[str, Callable[[Visit, SealedRecords, str], None]]] = {
    "accept": _accept,
    "decline": _decline,
    "block": _block,
}
