"""Posting for apps: new statuses, new versions, and taking back."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sayso_protocol.feed.entry import id_text

from ....accounts.author import Published
from ....accounts.names import Names
from ....clock import now_ms
from ....compose.edit import EditDraft, edit
from ....compose.poll import PollDraft, ask
from ....compose.post import Draft, publish_post
from ....compose.retraction import plan_retraction, retract
from ....media.attachment_file import Attachments, with_alt
from ...api.endpoint import token_of
from ...api.params import BadParam, Params, read_params
from ...context import WebContext
from ...request import context_of
from ..entities.attachment import attachment_place
from ..entities.status import StatusEntities
from ..names.handles import with_own_words
from ..names.ids import is_direct_id, parse_id
from ..requests.app_memory import AppMemory, memory_of
from ..requests.lookup import entry_of, path_id, status_item
from .audience import is_direct
from .direct import delete_direct, post_direct

MAX_MEDIA: Final = 8
MAX_KEY: Final = 200
LONGEST_POLL: Final = 400 * 86_400

Entity = dict[str, object]


async def post(request: Request) -> Response:
    """Publish a status. With an `Idempotency-Key` that came before it is the one from then."""
    params, context = await read_params(request), context_of(request)
    memory = memory_of(request)
    if is_direct(params):
        return await post_direct(request, params)
    given = request.headers.get("idempotency-key", "")
    key = (sha256((token_of(request) or "").encode()).hexdigest(), given[:MAX_KEY])

    def publish() -> Published:
        known = memory.posted.get(key) if given else None
        if known is not None:
            return known
        made = _publish(context, memory, params)
        if given:
            memory.note_posted(key, made)
        return made

    made = await context.write(publish)
    return JSONResponse(await context.read(_status_of, context, made.id))


def _publish(context: WebContext, memory: AppMemory, params: Params) -> Published:
    store, author = context.store, context.author()
    attach = _attachments(context, memory, params)
    reply = params.text("in_reply_to_id")
    draft = Draft(
        with_own_words(store, Names(store), params.text("status") or ""),
        reply=id_text(entry_of(context, reply).id) if reply else None,
        lang=_language(params),
        warn=params.text("spoiler_text")
        or ("sensitive" if _is_sensitive(params, attach) else None),
        attach=attach,
    )
    options = params.every("poll[options]")
    if options:
        if attach:
            raise BadParam("a poll has no media")
        seconds = params.number("poll[expires_in]", 86_400, 60, LONGEST_POLL)
        many = params.flag("poll[multiple]") or False
        made = ask(store, author, PollDraft(draft, options, now_ms() + 1000 * seconds, many))
    else:
        made = publish_post(store, author, draft)
    for one in params.every("media_ids"):
        memory.uploads.remove(parse_id(one) or 0)
    return made


def _is_sensitive(params: Params, attach: Attachments) -> bool:
    """Media that are marked without a word of warning."""
    return bool(attach) and (params.flag("sensitive") or False)


async def change(request: Request) -> Response:
    """Publish another version of a status of the owner's."""
    params, context = await read_params(request), context_of(request)
    memory = memory_of(request)
    if is_direct(params):
        raise BadParam("a post stays for everybody: write a private message anew")

    def publish() -> bytes:
        item = status_item(context, path_id(request))
        entry = entry_of(context, path_id(request))
        text = params.text("status")
        if text is None:
            text = item.text or ""
        attach = _attachments(context, memory, params)
        if not attach and item.attachments and params.has("media_ids"):
            raise BadParam("a post keeps its media: take it back and write it anew")
        attach = _with_new_words(attach or item.attachments, params)
        draft = EditDraft(
            with_own_words(context.store, Names(context.store), text),
            params.text("spoiler_text"),
            attach,
        )
        edit(context.store, context.author(), id_text(entry.id), draft)
        return entry.id

    entry_id = await context.write(publish)
    return JSONResponse(await context.read(_status_of, context, entry_id))


def _with_new_words(attach: Attachments, params: Params) -> Attachments:
    """Attachments with the descriptions that an edit gives them, by their ids."""
    new = {}
    for one in params.parts("media_attributes"):
        place = attachment_place(parse_id(one.text("id") or "") or 0)
        if place is not None and one.has("description"):
            new[place[1]] = one.text("description") or ""
    return tuple(
        with_alt(one, new[place]) if place in new else one for place, one in enumerate(attach)
    )


async def delete(request: Request) -> Response:
    """Take a status of the owner's back, for good; gives it with its words, to write it anew."""
    context = context_of(request)
    if is_direct_id(path_id(request)):
        return await delete_direct(request)

    def publish() -> Entity:
        item = status_item(context, path_id(request))
        shown = StatusEntities(context).one(item) or {}
        post = item.post
        shown |= {"text": "" if post is None else post.text}
        plan = plan_retraction(context.store, [id_text(item.reference.id)])
        if plan.references:
            retract(context.store, context.author(), plan)
        return shown

    shown = await context.write(publish)
    return JSONResponse(shown)


def _status_of(context: WebContext, entry_id: bytes) -> Entity:
    item = context.reader().entries([entry_id])[entry_id]
    made = StatusEntities(context).one(item)
    assert made is not None
    return made


def _attachments(context: WebContext, memory: AppMemory, params: Params) -> Attachments:
    ids = list(dict.fromkeys(params.every("media_ids")))
    if len(ids) > MAX_MEDIA:
        raise BadParam(f"a post has at most {MAX_MEDIA} media")
    found: Attachments = ()
    for text in filter(None, ids):
        number = parse_id(text)
        if number is None:
            raise BadParam("media_ids has what is no id")
        place = attachment_place(number)
        if place is None:
            found = (*found, *memory.uploads.get(number))
        else:
            every = status_item(context, str(place[0])).attachments
            if place[1] >= len(every):
                raise BadParam("media_ids names what is not there")
            found = (*found, every[place[1]])
    return found


def _language(params: Params) -> str | None:
    text = (params.text("language") or "").strip()
    return text or None
