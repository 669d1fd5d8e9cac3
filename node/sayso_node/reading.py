"""Entries as people's programs read them: one flat record each, ready for JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sayso_protocol.body import Follow, Post, Profile, Reference, Unfollow, Unknown, read_body
from sayso_protocol.entry import id_text
from sayso_protocol.keys import key_text
from sayso_storage.interface import Store, StoredEntry, TimelineQuery

from .names import Names
from .rfc3339 import time_text

PAGE = 5000
"""Entries read from the store at a time: a few MB."""

Item = dict[str, Any]
"""One entry: `id`, `author` (the account), `name`, `feed`, `seq`, `time`, `kind`, `text`,
`reply_to`, `root`, `tags`, `replies`, `reactions`, what the owner's rules say (`hidden`, `folded`,
`because`, `points`), and what the kind has besides."""


def timeline(store: Store, query: TimelineQuery) -> Iterator[Item]:
    """Posts, newest first, as items."""
    names = Names(store)
    left = query.limit
    while left > 0:
        page = store.timeline(replace(query, limit=min(left, PAGE)))
        yield from describe(store, names, page)
        if len(page) < PAGE:
            return
        left -= len(page)
        query = replace(query, before=page[-1].place)


def describe(store: Store, names: Names, entries: Sequence[StoredEntry]) -> list[Item]:
    """Items of entries of any kind, in order."""
    replies = store.reply_counts([entry.id for entry in entries])
    return [_item(entry, names, replies.get(entry.id, 0)) for entry in entries]


def _item(entry: StoredEntry, names: Names, replies: int) -> Item:
    body = read_body(entry.body) if entry.body is not None else None
    name = names.of(entry.account)
    item: Item = {
        "id": id_text(entry.id),
        "author": key_text(entry.account),
        "name": name.shown,
        "feed": key_text(entry.feed),
        "seq": entry.seq,
        "time": time_text(entry.time_ms),
        "kind": None,
        "text": None,
        "reply_to": None,
        "root": None,
        "tags": [],
        "replies": replies,
        "reactions": {},
        "hidden": None,
        "folded": None,
        "because": None,
        "points": 0,
        "petname": name.petname,
        "arrived": time_text(entry.arrived_ms),
        "bytes": entry.body_size,
    }
    if body is None:
        return item | {"body": "not held"}
    kind = body.kind if isinstance(body, Unknown) else body.KIND
    return item | {"kind": kind or "unreadable"} | _fields_of(body)


def _fields_of(body: object) -> Item:
    match body:
        case Post():
            return _fields_of_post(body)
        case Profile(name=name, bio=bio):
            return {"profile_name": name, "bio": bio}
        case Follow(account=account) | Unfollow(account=account):
            return {"account": key_text(account)}
        case Unknown():
            return {"body": "unknown"}
        case _:
            return {}


def _fields_of_post(post: Post) -> Item:
    return {
        "text": post.text,
        "reply_to": _id_of(post.reply),
        # A post that leaves `root` out replies to the root itself.
        "root": _id_of(post.root or post.reply),
        "tags": list(post.tags),
        "quote": _id_of(post.quote),
        "lang": post.lang,
        "warn": post.warn,
        "written": None if post.written is None else time_text(post.written),
        "origin": post.origin,
        "reply_origin": post.reply_origin,
    }


def _id_of(reference: Reference | None) -> str | None:
    return None if reference is None else id_text(reference.id)
