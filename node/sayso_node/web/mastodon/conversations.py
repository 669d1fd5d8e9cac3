"""Conversations for apps: private messages by the account at the other end."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sayso_protocol.translation import _
from sayso_storage.interface.sealed_records import SealedRecords

from ...clock import now_ms
from ...errors import NotFound
from ...messages.conversation_list import Conversation, conversations, mark_read
from ..api.params import read_params
from ..context import WebContext
from ..own_letters import forget_all, opened_letters
from ..request import context_of
from .entities.direct import DirectEntities
from .names.ids import account_id
from .requests.lookup import NO_RECORD, path_id
from .requests.paging import paged, read_paging

Entity = dict[str, object]


async def conversations_of_owner(request: Request) -> Response:
    """A page of them, the newest message first; pages go by the ids of last messages."""
    paging, context = read_paging(await read_params(request)), context_of(request)

    def read() -> tuple[list[Entity], list[int]]:
        entities = DirectEntities(context)
        with opened_letters(context) as records:
            found = [] if records is None else conversations(context.store, records, now_ms())
        by_id = {entities.id_of(one.messages[-1]): one for one in found}
        ids = paging.of_sorted(sorted(by_id, reverse=True))
        return [entities.conversation(by_id[number]) for number in ids], ids

    shown, ids = await context.read(read)
    after = ids[-1] if len(ids) == paging.limit else None
    return paged(request, shown, after=after, before=ids[0] if ids else None)


async def read(request: Request) -> Response:
    """Note that a conversation was read."""
    context = context_of(request)

    def write() -> Entity:
        with opened_letters(context) as records:
            found, records = _found(context, records, path_id(request))
            mark_read(context.store, records, found.account)
        return DirectEntities(context).conversation(found) | {"unread": False}

    return JSONResponse(await context.write(write))


async def forget(request: Request) -> Response:
    """Erase all messages of a conversation from this home."""
    context = context_of(request)

    def write() -> None:
        with opened_letters(context) as records:
            found, records = _found(context, records, path_id(request))
            forget_all(context, records, found.account)

    await context.write(write)
    return JSONResponse({})


def _found(
    context: WebContext, records: SealedRecords | None, text: str
) -> tuple[Conversation, SealedRecords]:
    """Raises `NotFound`."""
    every = [] if records is None else conversations(context.store, records, now_ms())
    found = [one for one in every if account_id(one.account) == text]
    if records is None or len(found) != 1:
        raise NotFound(_(NO_RECORD))
    return found[0], records
