"""Accounts: those that are followed, one of them, and the own profile."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Final, Literal
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.durations import seconds_of

from ...accounts.follows import following
from ...accounts.holdings import account_profile, holdings
from ...accounts.lineage import own_account, own_accounts
from ...accounts.lookup import find_account, invite_of
from ...accounts.profile import check_name
from ...clock import now_ms
from ...compose.follow import follow, unfollow
from ...compose.profile import set_profile
from ...errors import KeystoreError, NodeError
from ...filters.edit import block, mute, mutes_and_blocks, unblock, unmute
from ...knocks.publication import prices_to_publish
from ...media.attachment_file import PICTURES, AttachmentFile, attached
from ...timeline.reader import TimelineRequest
from ..form import Form
from .entries.post_parts import PostParts
from .timeline_page import POSTS, place_of, place_text
from .visit import NOT_DONE, Visit, back

LASTS: Final = ("", "1h", "1d", "7d", "30d")
"""How long a mute may last; the first is for ever."""


def people_page(visit: Visit) -> Response:
    """Who is followed and how much of each is here, and a form to follow more."""
    return _people(visit, Form())


async def follow_typed(visit: Visit, typed: Form) -> Response:
    """Follow an account by what was typed: a key, an invite, a petname."""

    def write() -> bytes:
        account = find_account(visit.store, typed.text("key"))
        return _follow(visit, account, typed)

    try:
        account = await visit.context.write(write)
    except NodeError as error:
        return await visit.context.read(_people, visit, typed, error)
    if invite_of(typed.text("key")) is not None:
        with suppress(NodeError):  # the nodes meet later
            await visit.context.ask("meet", begin=True, account=key_text(account))
    return RedirectResponse(f"/people/{key_text(account)}?said=followed", 303)


def _people(visit: Visit, typed: Form, error: NodeError | None = None) -> Response:
    names = visit.names()
    followed = following(visit.store, names)
    return visit.render(
        "people.html",
        200 if error is None else NOT_DONE,
        followed=[(key_text(one.account), one) for one in followed],
        hidden=mutes_and_blocks(visit.home, now_ms()),
        typed=typed,
        mistake="" if error is None else str(error),
        own=key_text(own_account(visit.store)),
    )


def person_page(visit: Visit) -> Response:
    """An account: what it says of itself, what the owner can do with it, and its posts."""
    account = find_account(visit.store, visit.path("key"))
    key, unfiltered = key_text(account), bool(visit.asked("unfiltered"))
    found, names = account_profile(visit.store, account), visit.names()
    before = place_of(visit.asked("before"))
    items: list[Any] = []
    if visit.store.find_accounts(key, 1):
        reader = visit.reader(unfiltered=unfiltered)
        items = list(reader.timeline(TimelineRequest(POSTS, key, before=before)))
    older = None
    if len(items) == POSTS and (place := items[-1].place) is not None:
        query = {"before": place_text(place)} | ({"unfiltered": "1"} if unfiltered else {})
        older = f"/people/{key}?{urlencode(query)}"
    subscribed = {one.account: one for one in visit.store.subscriptions()}
    mine = subscribed.get(account)
    picture = found.profile.picture
    cids = (
        set()
        if picture is None or visit.store.open_blobs is None
        else (visit.store.open_blobs().held_among({picture.cid}))
    )
    return visit.render(
        "person.html",
        found=found,
        name=names.of(account),
        key=key,
        is_own=account in own_accounts(visit.store),
        held=holdings(visit.store, account, names),
        followed=mine is not None and mine.followed,
        hidden=mutes_and_blocks(visit.home, now_ms()).get(key),
        lasts=LASTS,
        items=items,
        older=older,
        unfiltered=unfiltered,
        picture=picture,
        picture_held=picture is not None and picture.cid in cids,
        parts=PostParts(visit, items, unfold=unfiltered),
    )


def act_on_person(do: str, said: str) -> Callable[[Visit, Form], Any]:
    """A handler of one press about an account."""

    async def act(visit: Visit, typed: Form) -> Response:
        def write() -> str:
            account = find_account(visit.store, visit.path("key"))
            _ACTS[do](visit, account, typed)
            return key_text(account)

        key = await visit.context.write(write)
        return back(typed, f"/people/{key}", said)

    return act


def _follow(visit: Visit, account: bytes, typed: Form) -> bytes:
    """Subscribe; by an invite its inviter's node is told, unless that is not wanted."""
    petname = typed.text("petname").strip() or None
    author = visit.author(anyway=True) if typed.text("public") else None
    invite = invite_of(typed.text("key"))
    introduction = None
    if invite is not None and not typed.text("untold"):
        with suppress(KeystoreError):  # the inviter is not told then
            introduction = visit.context.introduction_to(invite)
    follow(visit.store, account, petname, author, invite, introduction)
    return account


def _unfollow(visit: Visit, account: bytes, _typed: Form) -> None:
    unfollow(visit.store, account, visit.author(anyway=True))


def _mute(visit: Visit, account: bytes, typed: Form) -> None:
    seconds = seconds_of(typed.text("lasts")) if typed.text("lasts") in LASTS[1:] else None
    end = None if seconds is None else now_ms() + seconds * 1000
    mute(visit.home, visit.store, account, end)


_ACTS: Final[dict[str, Callable[[Visit, bytes, Form], object]]] = {
    "follow": _follow,
    "unfollow": _unfollow,
    "mute": _mute,
    "unmute": lambda visit, account, _typed: unmute(visit.home, account),
    "block": lambda visit, account, _typed: block(visit.home, visit.store, account),
    "unblock": lambda visit, account, _typed: unblock(visit.home, account),
}


def own_profile_page(visit: Visit) -> Response:
    """The own profile, in a form."""
    return _own_profile(visit, None)


async def change_profile(visit: Visit, typed: Form) -> Response:
    """Publish the own profile as it was typed."""

    def write() -> None:
        name = typed.text("name").strip()
        bio = typed.text("bio").strip()
        files = [AttachmentFile(one.path, typed.text("alt")) for one in typed.files_of("picture")]
        try:
            with attached(visit.home, files, PICTURES) as made:
                gone: Literal[""] | None = "" if typed.text("no_picture") else None
                picture = made[0] if made else gone
                checked = check_name(name) if name else ""
                prices = prices_to_publish(visit.home, visit.store)
                author = visit.author()
                set_profile(visit.store, author, checked, bio, picture=picture, knock=prices)
        except NodeError as error:
            words = str(error)
            for one in typed.files:
                words = one.with_name(words)
            raise NodeError(words) from error

    try:
        await visit.context.write(partial(write))
    except NodeError as error:
        return await visit.context.read(_own_profile, visit, typed, error)
    return RedirectResponse("/profile?said=profile", 303)


def _own_profile(visit: Visit, typed: Form | None, error: NodeError | None = None) -> Response:
    account = own_account(visit.store)
    profile = account_profile(visit.store, account).profile
    if typed is None:
        typed = Form({"name": [profile.name or ""], "bio": [profile.bio or ""]})
    return visit.render(
        "own_profile.html",
        200 if error is None else NOT_DONE,
        typed=typed,
        key=key_text(account),
        has_picture=profile.picture is not None,
        mistake="" if error is None else str(error),
    )
