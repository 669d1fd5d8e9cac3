"""Accounts for apps: who they are, what they wrote, whom they follow."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.translation import _

from ....accounts.lineage import own_account
from ....accounts.names import Names
from ....compose.profile import set_profile
from ....entries.item import Item
from ....errors import NotFound
from ....knocks.publication import prices_to_publish
from ....media.attachment_file import PICTURES, AttachmentFile, MediaError, attached
from ....timeline.reader import TimelineRequest
from ...api.params import Params, params_with_files, read_params
from ...context import WebContext
from ...request import context_of
from ..entities.account import AccountEntities
from ..entities.account_list import list_entity
from ..entities.relationship import relationships
from ..names.handles import account_of_handle
from ..names.ids import parse_id
from ..owner_lists import OwnerLists
from ..requests.app_memory import memory_of
from ..requests.lookup import NO_RECORD, account_named, path_id
from ..requests.paging import paged, read_paging
from ..statuses.timelines import answer_page
from .account_search import find_accounts

Entity = dict[str, object]

MOST_RELATIONSHIPS = 100


async def verify_credentials(request: Request) -> Response:
    """The owner's own account."""
    context = context_of(request)
    return JSONResponse(await context.read(lambda: entities(context).own()))


async def update_credentials(request: Request) -> Response:
    """Publish another profile: its name, biography and picture."""
    context = context_of(request)
    async with params_with_files(request, 2) as params:
        files = [one for one in params.files if one.field == "avatar"][:1]

        def publish() -> None:
            given = [AttachmentFile(one.path) for one in files]
            try:
                with attached(context.home, given, PICTURES) as made:
                    set_profile(
                        context.store,
                        context.author(),
                        params.text("display_name"),
                        params.text("note"),
                        picture=made[0] if made else None,
                        knock=prices_to_publish(context.home, context.store),
                    )
            except MediaError as error:
                raise MediaError(files[0].with_name(str(error))) from error

        await context.write(publish)
    return await verify_credentials(request)


async def account(request: Request) -> Response:
    """One account."""
    context, memory = context_of(request), memory_of(request)

    def read() -> Entity:
        found = account_named(context, memory.resolved, path_id(request))
        return entities(context).of(found)

    return JSONResponse(await context.read(read))


async def several(request: Request) -> Response:
    """Accounts by their ids; who is not known is left out."""
    params, context = await read_params(request), context_of(request)
    found = await context.read(_named, context, request, params)
    return JSONResponse(await context.read(lambda: [entities(context).of(one) for one in found]))


async def lookup(request: Request) -> Response:
    """The account of a handle."""
    params, context = await read_params(request), context_of(request)

    def read() -> Entity:
        names = Names(context.store)
        found = account_of_handle(context.store, names, params.text("acct") or "")
        if found is None:
            raise NotFound(_(NO_RECORD))
        return AccountEntities(context, names).of(found)

    return JSONResponse(await context.read(read))


async def search(request: Request) -> Response:
    """Accounts by what is typed for them: a name, a handle, a key or an invite link."""
    params, context = await read_params(request), context_of(request)
    memory, limit = memory_of(request), params.number("limit", 40, 1, 80)
    resolve, following = params.flag("resolve") or False, params.flag("following") or False

    def read() -> list[Entity]:
        found = find_accounts(context, memory.resolved, params.text("q") or "", resolve=resolve)
        if following:
            followed = {one.account for one in context.store.subscriptions() if one.followed}
            found = [one for one in found if one in followed]
        made = entities(context)
        return [made.of(one) for one in found[:limit]]

    return JSONResponse(await context.read(read))


async def statuses(request: Request) -> Response:
    """The posts of an account. Nothing is pinned here."""
    params, context = await read_params(request), context_of(request)
    memory = memory_of(request)
    found = await context.read(account_named, context, memory.resolved, path_id(request))
    if params.flag("pinned") or not await context.read(context.store.feeds_of, found):
        return JSONResponse([])
    tag = params.text("tagged")
    keep = _keep(params)
    return await answer_page(request, params, TimelineRequest(0, key_text(found), tag), keep)


def _keep(params: Params) -> Callable[[Item], bool]:
    without_replies = params.flag("exclude_replies") or False
    without_reposts = params.flag("exclude_reblogs") or False
    with_media = params.flag("only_media") or False

    def keep(item: Item) -> bool:
        is_reply = item.post is not None and item.post.reply is not None
        return (
            not (without_replies and is_reply)
            and not (without_reposts and item.kind == "repost")
            and (bool(item.attachments) or not with_media)
        )

    return keep


async def followers(request: Request) -> Response:
    """Who publicly follows an account, as far as that is held here."""
    return await _people(
        request, lambda context, one: [s.account for s in context.store.followers(one)]
    )


async def following(request: Request) -> Response:
    """Whom an account follows publicly; of the own account all that it follows."""

    def found(context: WebContext, one: bytes) -> Sequence[bytes]:
        if one == own_account(context.store):
            return [sub.account for sub in context.store.subscriptions() if sub.followed]
        return context.store.followees(one)

    return await _people(request, found)


async def _people(
    request: Request, find: Callable[[WebContext, bytes], Sequence[bytes]]
) -> Response:
    params, context, memory = await read_params(request), context_of(request), memory_of(request)
    paging = read_paging(params, 40, 80)

    def read() -> tuple[list[Entity], int | None]:
        one = account_named(context, memory.resolved, path_id(request))
        every, made = find(context, one), entities(context)
        start = paging.max_id or 0
        some = every[start : start + paging.limit]
        more = start + len(some) if start + len(some) < len(every) else None
        return [made.of(each) for each in some], more

    content, more = await context.read(read)
    return paged(request, content, after=more, before=None)


async def relationships_to(request: Request) -> Response:
    """What the owner has to do with accounts."""
    params, context = await read_params(request), context_of(request)

    def read() -> list[Entity]:
        return relationships(context, _named(context, request, params))

    return JSONResponse(await context.read(read))


async def lists_with(request: Request) -> Response:
    """The lists that an account is on."""
    context, memory = context_of(request), memory_of(request)

    def read() -> list[Entity]:
        key = key_text(account_named(context, memory.resolved, path_id(request)))
        every = OwnerLists(context.home).every()
        return [list_entity(one) for one in every if key in one.accounts]

    return JSONResponse(await context.read(read))


def entities(context: WebContext) -> AccountEntities:
    """A maker of accounts."""
    return AccountEntities(context, Names(context.store))


def _named(context: WebContext, request: Request, params: Params) -> list[bytes]:
    found = list[bytes]()
    for text in params.every("id")[:MOST_RELATIONSHIPS]:
        if parse_id(text) is not None:
            try:
                found.append(account_named(context, memory_of(request).resolved, text))
            except NotFound:
                continue
    return found
