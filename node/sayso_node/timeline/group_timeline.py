"""The posts of a closed group as items, newest first, each where it stands."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from sayso_protocol.content.body import MALFORMED, Post, Unknown, write_body
from sayso_protocol.content.reference import Reference
from sayso_protocol.errors import Refused
from sayso_protocol.private.contents.message_file import MessageFile
from sayso_protocol.private.groups.group import Group
from sayso_protocol.private.groups.operation import Operation
from sayso_protocol.private.groups.text_post import TextPost, read_text
from sayso_protocol.translation import _, mark
from sayso_storage.interface.blobs import Blobs
from sayso_storage.interface.store import Store, StoredEntry

from ..accounts.names import Names
from ..entries.item import FilterResult, InGroup, Item
from ..media.sealed_store import held_among
from ..messages.group_book import GroupBook
from ..messages.group_records import KeptPost

FOLDED_BY: Final = "group"
"""In place of the rule that folds a post: its author was out of the group when it came."""
NAMED_CHANGES: Final = 8
"""Changes of who is in that a post names, the first ones."""
LOOKED_AT: Final = 2_000
"""Posts that are looked at, those that came last, 60 MB at the most; more where more are asked."""
MOST_LOOKED_AT: Final = 10_000
"""That many at the most: who had read which takes a bit for each pair."""
_OUT: Final = mark("whoever wrote it was not in the group any more when it came")


def group_timeline(
    store: Store,
    book: GroupBook,
    group: Group,
    limit: int,
    since_ms: int | None = None,
    sealed: Blobs | None = None,
) -> Iterator[Item]:
    """The posts of a group, the newest first: by when they were written, not later than they came
    nor earlier than what their authors had read; of the last that came (`LOOKED_AT`, or `limit`).
    It is looked among the `sealed` files which of theirs are here. Raises `StoreError`."""
    kept = book.posts(group.id, min(max(limit, LOOKED_AT), MOST_LOOKED_AT))
    sort_ms, names = _places(kept), Names(store)
    unread = _unread(group, sort_ms)
    items = {one.post.id: _item(names, group, one, sort_ms, unread, sealed) for one in kept}
    order = {id: at for at, id in enumerate(sort_ms)}
    for id in sorted(order, key=lambda id: (sort_ms[id], order[id]), reverse=True):
        if sort_ms[id] >= (since_ms or 0):
            yield _with_answered(items[id], items)


def with_folds(items: Iterable[Item]) -> Iterator[Item]:
    """Posts whose authors were out of the group when they came are folded, unless a rule does it
    already."""
    for item in items:
        place, rules = item.in_group, item.rules
        if place is not None and place.is_out and rules.folded is None:
            result = FilterResult(rules.hidden, FOLDED_BY, _(_OUT), rules.points)
            yield replace(item, filtered=result)
        else:
            yield item


def _places(kept: Sequence[KeptPost]) -> dict[bytes, int]:
    """The time of each post to sort by, in an order in which none comes before what its author had
    read: that stands above it where the times are the same. What names another by the hash of it
    makes no circles."""
    known = {one.post.id: one for one in kept}
    places: dict[bytes, int] = {}
    for id in known:
        open_now = [id]
        while open_now:
            one = known[open_now[-1]]
            above = [id for id in one.post.parents if id in known]
            lacking = [id for id in above if id not in places]
            if lacking and one.post.id not in places:
                open_now += lacking
                continue
            own_ms = min(one.post.time_ms, one.arrived_ms)
            places.setdefault(open_now.pop(), max([own_ms, *(places[id] for id in above)]))
    return places


def _unread(group: Group, shown: Container[bytes]) -> Mapping[bytes, int]:
    """For each post how many of those that came before it its author did not have; those that were
    forgotten here are not counted, but they lead to others."""
    number: dict[bytes, int] = {}
    pasts: list[int] = []
    counted, found = 0, {}
    for at, (id, parents) in enumerate(group.posts.newest(MOST_LOOKED_AT)):
        past = 0
        for parent in parents:
            if parent in number:
                past |= pasts[number[parent]] | 1 << number[parent]
        found[id] = (counted & ~past).bit_count()
        number[id] = at
        pasts.append(past)
        counted |= (id in shown) << at
    return found


def _item(
    names: Names,
    group: Group,
    kept: KeptPost,
    sort_ms: Mapping[bytes, int],
    unread: Mapping[bytes, int],
    sealed: Blobs | None,
) -> Item:
    post, said = kept.post, read_text(kept.post.body)
    body = _feed_body(said)
    entry = StoredEntry(
        0, post.author, post.feed, 0, post.id, post.time_ms, sort_ms[post.id], kept.arrived_ms,
        body, b"", len(post.body), None,
    )  # fmt: skip
    return Item(
        Reference(post.author, post.feed, 0, post.id),
        names.of(post.author),
        entry,
        Unknown(MALFORMED) if said is None else _post(said),
        in_group=InGroup(
            group.id,
            None if said is None else said.reply,
            post.parents,
            kept.before,
            tuple(_changes(group, kept)),
            unread.get(post.id, 0),
            kept.folded,
            *_files(said, sealed),
        ),
    )


def _files(
    said: TextPost | None, sealed: Blobs | None
) -> tuple[tuple[MessageFile, ...], frozenset[bytes]]:
    files = () if said is None else said.files
    return files, held_among(sealed, files)


def _changes(group: Group, kept: KeptPost) -> Iterator[tuple[str, bytes]]:
    """The changes that the author did not know, where that can still be told."""
    epoch = group.epochs.get(kept.post.epoch)
    if epoch is None or not group.membership.knows(epoch.heads):
        return
    beyond: list[Operation] = group.membership.beyond(epoch.heads)
    changes = [one for one in beyond if one.given != epoch.id][: kept.before]
    for one in changes[:NAMED_CHANGES]:
        yield one.kind.value, one.target


def _post(said: TextPost) -> Post:
    return Post(said.text, mentions=said.mentions, tags=said.tags, lang=said.lang, warn=said.warn)


def _feed_body(said: TextPost | None) -> bytes:
    """The body as a feed would have it, for rules; empty for what is not understood."""
    try:
        return b"" if said is None else write_body(_post(said))
    except Refused:
        return b""


def _with_answered(item: Item, items: Mapping[bytes, Item]) -> Item:
    reply = None if item.in_group is None else item.in_group.reply
    return item if reply is None or reply not in items else replace(item, answered=items[reply])
