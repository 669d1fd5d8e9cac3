"""Live events: what an app is told of arrivals, for each stream that it wants."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from sayso_storage.index.body_facts import fold_tag

from ....entries.item import Item
from ....errors import NodeError
from ....timeline.changes import EDITED
from ....timeline.reader import TimelineRequest
from ...access.scopes import allows
from ...context import WebContext
from ..entities.notification import TYPES
from ..entities.status import StatusEntities, is_status
from ..names.ids import parse_id
from ..notifications import read_notifications
from ..owner_lists import OwnerLists
from ..requests.paging import Paging

MOST: Final = 100
"""Events of one moment: who gets that many reads the timeline anew."""

MAX_TAG: Final = 200

OF_STATUSES: Final = "read:statuses"
OF_NOTIFICATIONS: Final = "read:notifications"
"""The scopes of what a stream tells; `user` tells both."""

_NAMES: Final = {
    "user": "user",
    "user:notification": "user:notification",
    "public": "public",
    "public:local": "public",
    "public:media": "public",
    "public:local:media": "public",
    "public:remote": "none",
    "public:remote:media": "none",
    "hashtag": "hashtag",
    "hashtag:local": "hashtag",
    "list": "list",
    "direct": "none",
}
"""What is behind each stream: this node is its owner's, so local and public are one."""


class BadStream(ValueError):
    """No such stream."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A stream that an app wants: `name` as it wrote it, and the tag or list that it is about."""

    name: str
    about: str | None = None

    @property
    def stream(self) -> list[str]:
        """The name in messages."""
        return [self.name] if self.about is None else [self.name, self.about]

    @property
    def kind(self) -> str:
        """What is behind it."""
        return _NAMES[self.name]


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a stream; `payload` is JSON, or an id."""

    stream: list[str]
    name: str
    payload: str


def subscription(name: str, *, tag: str | None, list_id: str | None) -> Subscription:
    """The stream of a name. Raises `BadStream`."""
    kind = _NAMES.get(name)
    if kind is None:
        raise BadStream("Unknown stream type")
    if kind == "hashtag":
        if not tag or len(tag) > MAX_TAG:
            raise BadStream("Missing tag name parameter")
        return Subscription(name, tag)
    if kind == "list":
        if not list_id or parse_id(list_id) is None:
            raise BadStream("Missing list name parameter")
        return Subscription(name, list_id)
    return Subscription(name)


def read_events(
    context: WebContext,
    wanted: Sequence[Subscription],
    scopes: Collection[str],
    after: int,
    last: int,
) -> list[Event]:
    """The events of what arrived after one place and up to another, as far as `scopes` let an app
    read it. Blocks. Nothing where the owner's rules cannot be read."""
    try:
        return list(_events(context, wanted, scopes, after, last))
    except NodeError:
        return []


def _events(
    context: WebContext,
    wanted: Sequence[Subscription],
    scopes: Collection[str],
    after: int,
    last: int,
) -> Iterator[Event]:
    posts = [one for one in wanted if one.kind in ("user", "public", "hashtag", "list")]
    if posts and allows(scopes, OF_STATUSES):
        yield from _updates(context, posts, after, last)
        yield from _changes(context, posts, after)
    people = [one for one in wanted if one.kind in ("user", "user:notification")]
    if people and allows(scopes, OF_NOTIFICATIONS):
        paging = Paging(MOST, last + 1, after)
        made, _, _ = read_notifications(context, paging, set(TYPES.values()))
        for one in reversed(made):
            payload = json.dumps(one)
            yield from (Event(about.stream, "notification", payload) for about in people)


def _updates(
    context: WebContext, wanted: Sequence[Subscription], after: int, last: int
) -> Iterator[Event]:
    found = context.reader().watch(TimelineRequest(MOST), after).look()
    items = [one for one in islice(found, MOST) if is_status(one) and _arrival(one) <= last]
    members = {one.about: _members(context, one.about) for one in wanted if one.kind == "list"}
    statuses = StatusEntities(context)
    taken = [(item, [one for one in wanted if _takes(one, item, members)]) for item in items]
    made = statuses.by_id([item for item, takers in taken if takers])
    for item, takers in taken:
        status = made.get(item.reference.id)
        if status is not None:
            payload = json.dumps(status)
            yield from (Event(one.stream, "update", payload) for one in takers)


def _changes(context: WebContext, wanted: Sequence[Subscription], after: int) -> Iterator[Event]:
    reader, statuses = context.reader(), StatusEntities(context)
    for change in islice(reader.changes(after), MOST):
        if change.kind == EDITED:
            item = reader.at(change.arrival)
            status = None if item is None else statuses.one(item)
            if status is None:
                continue
            name, payload = "status.update", json.dumps(status)
        else:
            name, payload = "delete", str(change.arrival)
        yield from (Event(one.stream, name, payload) for one in wanted)


def _takes(wanted: Subscription, item: Item, members: dict[str | None, frozenset[str]]) -> bool:
    if wanted.name.endswith(":media") and not item.attachments:
        return False
    if wanted.kind == "hashtag":
        tags = item.post.tags if item.post is not None else ()
        return fold_tag(wanted.about or "") in map(fold_tag, tags)
    return wanted.kind != "list" or item.author in members[wanted.about]


def _members(context: WebContext, list_id: str | None) -> frozenset[str]:
    every = OwnerLists(context.home).every()
    return frozenset(key for one in every if one.id == list_id for key in one.accounts)


def _arrival(item: Item) -> int:
    assert item.entry is not None
    return item.entry.arrival
