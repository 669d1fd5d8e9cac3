"""Following, muting, blocking and noting, from an app."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sayso_protocol.crypto.keys import key_text

from ....clock import now_ms
from ....compose.follow import follow as subscribe
from ....compose.follow import unfollow as unsubscribe
from ....errors import KeystoreError, NotFound
from ....filters.edit import BLOCK, MUTE, mutes_and_blocks
from ....filters.edit import block as block_account
from ....filters.edit import mute as mute_account
from ....filters.edit import unblock as unblock_account
from ....filters.edit import unmute as unmute_account
from ...api.params import read_params
from ...context import WebContext
from ...request import context_of
from ..entities.relationship import relationships
from ..requests.app_memory import memory_of
from ..requests.lookup import account_named, path_id
from ..saved_state import SavedState
from .accounts import entities

LONGEST_MUTE = 10 * 365 * 86_400

Change = Callable[[WebContext, bytes], object]


async def follow(request: Request) -> Response:
    """Subscribe to an account, by the invite where it was named by one: then its inviter's node
    is told who came. Nobody else is."""
    resolved = memory_of(request).resolved

    def change(context: WebContext, one: bytes) -> None:
        invite, introduction = resolved.invite_to(one), None
        if invite is not None:
            with suppress(KeystoreError):  # the inviter is not told then
                introduction = context.introduction_to(invite)
        subscribe(context.store, one, None, None, invite, introduction)

    return await _changed(request, change)


async def unfollow(request: Request) -> Response:
    """End that; and where the own feed said so, it says that it ended."""

    def change(context: WebContext, one: bytes) -> None:
        with suppress(NotFound):
            unsubscribe(context.store, one, context.author())

    return await _changed(request, change)


async def mute(request: Request) -> Response:
    """Hide an account, for a time where that is given."""
    params = await read_params(request)
    seconds = params.number("duration", 0, 0, LONGEST_MUTE)
    until = now_ms() + 1000 * seconds if seconds else None
    return await _changed(
        request, lambda context, one: mute_account(context.home, context.store, one, until)
    )


async def unmute(request: Request) -> Response:
    """End that."""

    def change(context: WebContext, one: bytes) -> None:
        with suppress(NotFound):
            unmute_account(context.home, one)

    return await _changed(request, change)


async def block(request: Request) -> Response:
    """Hide an account, and neither store nor relay what it writes."""
    return await _changed(
        request, lambda context, one: block_account(context.home, context.store, one)
    )


async def unblock(request: Request) -> Response:
    """End that."""

    def change(context: WebContext, one: bytes) -> None:
        with suppress(NotFound):
            unblock_account(context.home, one)

    return await _changed(request, change)


async def note(request: Request) -> Response:
    """Keep a note about an account, on this node alone."""
    params = await read_params(request)
    return await _changed(
        request,
        lambda context, one: SavedState(context.home).set_note(
            key_text(one), params.text("comment") or ""
        ),
    )


async def muted(request: Request) -> Response:
    """The accounts that are muted."""
    return await _with_rule(request, MUTE)


async def blocked(request: Request) -> Response:
    """The accounts that are blocked."""
    return await _with_rule(request, BLOCK)


async def _with_rule(request: Request, word: str) -> Response:
    from sayso_protocol.crypto.keys import parse_key

    context = context_of(request)

    def read() -> list[dict[str, object]]:
        made = entities(context)
        every = mutes_and_blocks(context.home, now_ms())
        return [made.of(parse_key(key)) for key, rule in every.items() if rule == word]

    return JSONResponse(await context.read(read))


async def _changed(request: Request, change: Change) -> Response:
    context, memory = context_of(request), memory_of(request)

    def act() -> list[dict[str, object]]:
        one = account_named(context, memory.resolved, path_id(request))
        change(context, one)
        return relationships(context, [one])

    [made] = await context.write(act)
    return JSONResponse(made)
