"""Private messages as statuses: to write, show and forget them. None of them is ever an entry."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.translation import _
from sayso_storage.interface.sealed_records import SealedRecords

from ....accounts.lineage import newest_keys
from ....accounts.lookup import known_account
from ....clock import now_ms
from ....compose.mentions import mentions
from ....errors import NotFound
from ....messages.conversation import ShownMessage
from ....messages.conversation_list import Conversation, conversations
from ...api.endpoint import token_of
from ...api.params import BadParam, Params
from ...context import WebContext
from ...own_letters import forget_one, made_letters, opened_letters, write_message
from ...request import context_of
from ..entities.direct import DirectEntities
from ..names.handles import with_keys
from ..names.ids import direct_id
from ..requests.app_memory import memory_of
from ..requests.lookup import NO_RECORD, path_id

MAX_KEY: Final = 200

Entity = dict[str, object]


async def post_direct(request: Request, params: Params) -> Response:
    """Keep a private message as waiting. With an `Idempotency-Key` that came before it is the one
    from then."""
    context, memory = context_of(request), memory_of(request)
    given = request.headers.get("idempotency-key", "")
    key = (sha256((token_of(request) or "").encode()).hexdigest(), given[:MAX_KEY])

    def write() -> Entity:
        if given and (known := memory.sent.get(key)) is not None:
            return known
        to, text = _addressed(context, params.text("status") or "")
        with made_letters(context) as records:
            _check_answered(context, records, to, params)
            made = write_message(context, records, to, text)
        shown = DirectEntities(context).of(made, to)
        if given:
            memory.note_sent(key, shown)
        return shown

    return JSONResponse(await context.write(write))


def _addressed(context: WebContext, typed: str) -> tuple[bytes, str]:
    """The one account that a text mentions, and the text without the mention before it. Raises
    `BadParam`, `NotFound`."""
    store, names = context.store, context.names()
    text, unknown = with_keys(store, names, typed)
    if unknown:
        raise BadParam("a private message mentions somebody who is not known here: follow them")
    found = list(dict.fromkeys(newest_keys(store, mentions(store, text))))
    if len(found) != 1:
        raise BadParam("a private message mentions exactly one account: its reader")
    [account] = found
    known_account(store, key_text(account))
    for mention in mentions(store, text):
        petname = names.of(mention).petname
        for word in (key_text(mention), petname):
            if word and mentions(store, text.lstrip()[: len(word) + 1]) == (mention,):
                text = text.lstrip()[len(word) + 1 :].strip()
    if not text:
        raise BadParam("a private message has a text")
    return account, text


def _check_answered(context: WebContext, records: SealedRecords, to: bytes, params: Params) -> None:
    """What is answered has to be a message with the same account: else it would be unclear who is
    to read it. Raises `BadParam`."""
    answered = params.text("in_reply_to_id")
    if not answered:
        return
    try:
        _one, conversation = found_message(context, records, answered)
    except NotFound as error:
        raise BadParam("a private message answers no post: send it by itself") from error
    if conversation.account != to:
        raise BadParam("a private message goes to the account that it answers: mention that one")


def found_message(
    context: WebContext, records: SealedRecords | None, text: str
) -> tuple[ShownMessage, Conversation]:
    """The message of an id, and the conversation that it stands in. Blocks. Raises `NotFound`."""
    secret = DirectEntities.secret_of(context)
    every = [] if records is None else conversations(context.store, records, now_ms())
    found = [
        (one, conversation)
        for conversation in every
        for one in conversation.messages
        if str(direct_id(one.kept.message, secret)) == text
    ]
    if len(found) != 1:
        raise NotFound(_(NO_RECORD))
    return found[0]


async def show_direct(request: Request) -> Response:
    """One private message."""
    context = context_of(request)

    def read() -> Entity:
        with opened_letters(context) as records:
            one, conversation = found_message(context, records, path_id(request))
        return DirectEntities(context).of(one, conversation.account)

    return JSONResponse(await context.read(read))


async def direct_context(request: Request) -> Response:
    """The messages before one, and after it."""
    context = context_of(request)

    def read() -> Entity:
        with opened_letters(context) as records:
            one, conversation = found_message(context, records, path_id(request))
        entities, every = DirectEntities(context), conversation.messages
        at = every.index(one)
        return {
            name: [entities.of(message, conversation.account) for message in some]
            for name, some in (
                ("ancestors", every[max(at - entities.MOST_AROUND, 0) : at]),
                ("descendants", every[at + 1 : at + 1 + entities.MOST_AROUND]),
            )
        }

    return JSONResponse(await context.read(read))


async def delete_direct(request: Request) -> Response:
    """Erase a private message of this home; gives it with its words."""
    context = context_of(request)

    def write() -> Entity:
        with opened_letters(context) as records:
            one, conversation = found_message(context, records, path_id(request))
            shown = DirectEntities(context).of(one, conversation.account)
            assert records is not None
            forget_one(context, records, one.id)
        memory_of(request).forget_sent(str(shown["id"]))
        return shown | {"text": one.kept.message.text}

    return JSONResponse(await context.write(write))
