"""Lists of accounts, which apps keep on this node for their owner."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sayso_protocol.crypto.keys import key_text, parse_key

from ...api.params import BadParam, read_params
from ...request import context_of
from ..entities.account_list import list_entity
from ..owner_lists import AccountList, OwnerLists
from ..requests.app_memory import memory_of
from ..requests.lookup import account_named, path_id
from .accounts import entities

POLICIES: Final = ("list", "followed", "none")

Entity = dict[str, object]


async def lists(request: Request) -> Response:
    """Every list."""
    context = context_of(request)
    found = await context.read(OwnerLists(context.home).every)
    return JSONResponse([list_entity(one) for one in found])


async def one_list(request: Request) -> Response:
    """One list."""
    context = context_of(request)
    found = await context.read(OwnerLists(context.home).one, path_id(request))
    return JSONResponse(list_entity(found))


async def make(request: Request) -> Response:
    """A new list."""
    params, context = await read_params(request), context_of(request)
    lists, policy = OwnerLists(context.home), _policy(params.text("replies_policy") or "list")
    exclusive = params.flag("exclusive") or False
    title = params.text("title") or ""
    made = await context.read(lists.make, title, policy, exclusive=exclusive)
    return JSONResponse(list_entity(made))


async def rename(request: Request) -> Response:
    """Give a list another title or policy."""
    params = await read_params(request)
    policy, exclusive = params.text("replies_policy"), params.flag("exclusive")

    context = context_of(request)

    def act() -> AccountList:
        lists = OwnerLists(context.home)
        old = lists.one(path_id(request))
        return lists.change(
            old.id,
            params.text("title") or old.title,
            _policy(policy or old.replies_policy),
            exclusive=old.exclusive if exclusive is None else exclusive,
        )

    return JSONResponse(list_entity(await context.read(act)))


async def remove(request: Request) -> Response:
    """Delete a list."""
    context = context_of(request)
    await context.read(OwnerLists(context.home).remove, path_id(request))
    return JSONResponse({})


async def members(request: Request) -> Response:
    """The accounts of a list."""
    context = context_of(request)

    def read() -> list[Entity]:
        found, made = OwnerLists(context.home).one(path_id(request)), entities(context)
        return [made.of(parse_key(one)) for one in found.accounts]

    return JSONResponse(await context.read(read))


async def add(request: Request) -> Response:
    """Put accounts on a list."""
    return await _with_members(request, on=True)


async def take_off(request: Request) -> Response:
    """Take accounts off a list."""
    return await _with_members(request, on=False)


async def _with_members(request: Request, *, on: bool) -> Response:
    params, context = await read_params(request), context_of(request)
    memory, ids = memory_of(request), params.every("account_ids")

    def act() -> None:
        accounts = dict.fromkeys(account_named(context, memory.resolved, one) for one in ids)
        named, lists = [*map(key_text, accounts)], OwnerLists(context.home)
        (lists.add if on else lists.take_off)(path_id(request), named)

    await context.read(act)
    return JSONResponse({})


def _policy(text: str) -> str:
    if text not in POLICIES:
        raise BadParam("replies_policy is list, followed or none")
    return text
