"""Private messages: the conversations, one of them with a form to write, and forgetting."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.translation import _, mark

from ...accounts.lineage import line_of
from ...accounts.lookup import find_account
from ...clock import now_ms
from ...errors import NodeError, NotFound, PostError
from ...messages.conversation import ShownMessage
from ...messages.conversation_list import Conversation, conversation_with, conversations, mark_read
from ..form import Form
from ..own_letters import forget_one, made_letters, opened_letters, write_message
from .visit import NOT_DONE, Visit

SHOWN: Final = 200
"""Conversations or messages on a page; there are links to the others."""

STATES: Final = {
    "waiting": mark("waiting"),
    "carried": mark("carried: others hold it for the reader"),
    "delivered": mark("delivered"),
    "returned": mark("returned: nobody took it within 30 days"),
}


def messages_page(visit: Visit) -> Response:
    """With whom there are messages, the newest first, and a form to write to somebody."""
    return _list(visit, Form())


async def write_typed(visit: Visit, typed: Form) -> Response:
    """Write to whom was typed."""
    try:
        to = await visit.context.write(_write, visit, typed.text("key"), typed)
    except NodeError as error:
        return await visit.context.read(_list, visit, typed, error)
    return RedirectResponse(f"/messages/{to}?said=sent", 303)


def conversation_page(visit: Visit) -> Response:
    """The messages with an account, and a form to write the next."""
    return _conversation(visit, Form())


async def write_next(visit: Visit, typed: Form) -> Response:
    """Write to the account of the page."""
    try:
        to = await visit.context.write(_write, visit, visit.path("key"), typed)
    except NodeError as error:
        return await visit.context.read(_conversation, visit, typed, error)
    return RedirectResponse(f"/messages/{to}?said=sent", 303)


def forget_page(visit: Visit) -> Response:
    """The message that would be erased, and the question."""
    account = _account(visit)
    one = _message(visit, account)
    return visit.render(
        "forget_message.html", one=one, key=key_text(account), name=visit.names().of(account)
    )


async def forget_message(visit: Visit, _typed: Form) -> Response:
    """Erase a message of this home."""

    def write() -> str:
        account = _account(visit)
        with opened_letters(visit.context) as records:
            if records is None:
                raise _no_message()
            forget_one(visit.context, records, visit.path("id"))
        return key_text(account)

    key = await visit.context.write(write)
    return RedirectResponse(f"/messages/{key}?said=forgotten", 303)


def _list(visit: Visit, typed: Form, error: NodeError | None = None) -> Response:
    with opened_letters(visit.context) as records:
        found = [] if records is None else conversations(visit.store, records, now_ms())
    start, names = _start(visit), visit.names()
    lines = [(key_text(one.account), names.of(one.account), one) for one in found]
    return visit.render(
        "messages.html",
        200 if error is None else NOT_DONE,
        lines=lines[start : start + SHOWN],
        older=_older("/messages", start, len(lines)),
        states=STATES,
        typed=typed,
        at="text" if isinstance(error, EmptyMessageError) else "key",
        mistake="" if error is None else str(error),
    )


def _conversation(visit: Visit, typed: Form, error: NodeError | None = None) -> Response:
    account = _account(visit)
    found: Conversation | None = None
    with opened_letters(visit.context) as records:
        if records is not None:
            found = conversation_with(visit.store, records, now_ms(), account)
            mark_read(visit.store, records, account)
    every = [] if found is None else found.messages
    start, key = _start(visit), key_text(account)
    shown = every[max(len(every) - start - SHOWN, 0) : len(every) - start]
    return visit.render(
        "conversation.html",
        200 if error is None else NOT_DONE,
        key=key,
        name=visit.names().of(account),
        messages=shown,
        older=_older(f"/messages/{key}", start, len(every)),
        states=STATES,
        typed=typed,
        mistake="" if error is None else str(error),
    )


class EmptyMessageError(PostError):
    """Nothing was typed."""


def _write(visit: Visit, to: str, typed: Form) -> str:
    """Keep what was typed as waiting, as the command does; gives the key of the reader."""
    account = find_account(visit.store, to)
    text = typed.text("text").replace("\r\n", "\n").strip()
    if not text:
        raise EmptyMessageError(_("there is no text to send: write one"))
    with made_letters(visit.context) as records:
        made = write_message(visit.context, records, account, text)
    return key_text(made.kept.message.to)


def _account(visit: Visit) -> bytes:
    return line_of(visit.store, find_account(visit.store, visit.path("key")))[-1]


def _message(visit: Visit, account: bytes) -> ShownMessage:
    with opened_letters(visit.context) as records:
        found = None
        if records is not None:
            found = conversation_with(visit.store, records, now_ms(), account)
    for one in [] if found is None else found.messages:
        if one.id == visit.path("id"):
            return one
    raise _no_message()


def _no_message() -> NotFound:
    return NotFound(_("no such message: `sayso messages` lists them"))


def _start(visit: Visit) -> int:
    asked = visit.asked("from")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 0


def _older(path: str, start: int, count: int) -> str | None:
    after = start + SHOWN
    return f"{path}?{urlencode({'from': after})}" if after < count else None
