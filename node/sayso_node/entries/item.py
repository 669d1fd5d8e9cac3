"""Entries as people's programs read them: one flat record each, ready for JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sayso_protocol.content.body import (
    Follow,
    Label,
    Post,
    Profile,
    React,
    Reference,
    Repost,
    Unfollow,
    Unknown,
    View,
    read_body,
)
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.feed.entry import id_text
from sayso_storage.interface.relations import Stance
from sayso_storage.interface.store import Store, StoredEntry

from ..accounts.names import Names
from ..timestamps import time_text

PAGE = 5000
"""Entries read from the store at a time: a few MB."""

Item = dict[str, Any]
"""One entry: `id`, `author` (the account), `name`, `feed`, `seq`, `time`, `kind`, `text`,
`reply_to`, `root`, `tags`, `replies`, `reactions` (how many accounts reacted, by emoji),
`reposts`, what the owner's rules say (`hidden`, `folded`, `because`, `points`), and what the kind
has besides. A repost has in `of` the item of what it shows, or `unheld`."""


def describe(store: Store, names: Names, entries: Sequence[StoredEntry]) -> list[Item]:
    """Items of entries of any kind, in order."""
    ids = [entry.id for entry in entries]
    counts = _Counts(store.reply_counts(ids), store.reactions(ids), store.reposts(ids))
    items = [_item(entry, names) | counts.of(entry.id) for entry in entries]
    for item, entry in zip(items, entries, strict=True):
        if item["kind"] == Repost.KIND and "of" in item:
            item["of"] = _original(store, names, entry)
    return items


def reactions_to(store: Store, names: Names, entry: StoredEntry) -> list[Item]:
    """Who reacted to an entry, newest first: `by` (the account), `name`, `petname`, `emoji`."""
    stances = store.reactions([entry.id]).get(entry.id, [])
    return [
        {
            "by": key_text(stance.account),
            "name": names.of(stance.account).shown,
            "petname": names.of(stance.account).petname,
            "emoji": stance.value,
        }
        for stance in stances
    ]


def unheld(names: Names, reference: Reference) -> Item:
    """The item of an entry of which only a name is here; `body` says so."""
    name = names.of(reference.account)
    return _nothing() | {
        "id": id_text(reference.id),
        "author": key_text(reference.account),
        "name": name.shown,
        "feed": key_text(reference.feed),
        "seq": reference.seq,
        "petname": name.petname,
        "body": "not held",
    }


def _nothing() -> Item:
    """All that every item has."""
    return {
        "id": None,
        "author": None,
        "name": None,
        "feed": None,
        "seq": None,
        "time": None,
        "kind": None,
        "text": None,
        "reply_to": None,
        "root": None,
        "tags": [],
        "replies": 0,
        "reactions": {},
        "reposts": 0,
        "hidden": None,
        "folded": None,
        "because": None,
        "points": 0,
        "petname": None,
        "arrived": None,
        "bytes": None,
    }


@dataclass(frozen=True, slots=True)
class _Counts:
    """What others made of entries."""

    replies: Mapping[bytes, int]
    reactions: Mapping[bytes, Sequence[Stance]]
    reposts: Mapping[bytes, Sequence[Stance]]

    def of(self, entry_id: bytes) -> Item:
        emoji = Counter(stance.value for stance in self.reactions.get(entry_id, ()))
        return {
            "replies": self.replies.get(entry_id, 0),
            "reactions": dict(sorted(emoji.items())),
            "reposts": len(self.reposts.get(entry_id, ())),
        }


def _original(store: Store, names: Names, repost: StoredEntry) -> Item:
    """What a repost shows; of a repost of a repost no more than that."""
    body = read_body(repost.body or b"")
    assert isinstance(body, Repost)
    entry = store.entry(body.of.id)
    if entry is None:
        return unheld(names, body.of)
    item = _item(entry, names)
    return item | {"of": None} if "of" in item else item


def _item(entry: StoredEntry, names: Names) -> Item:
    body = read_body(entry.body) if entry.body is not None else None
    name = names.of(entry.account)
    item = _nothing() | {
        "id": id_text(entry.id),
        "author": key_text(entry.account),
        "name": name.shown,
        "feed": key_text(entry.feed),
        "seq": entry.seq,
        "time": time_text(entry.time_ms),
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
        case React(on=on, emoji=emoji):
            return {"on": id_text(on.id), "emoji": emoji}
        case Repost():
            return {"of": None}
        case Profile(name=name, bio=bio):
            return {"profile_name": name, "bio": bio}
        case Follow(account=account) | Unfollow(account=account):
            return {"account": key_text(account)}
        case Label(name=name, entries=entries, accounts=accounts, off=off):
            return {
                "label": name,
                "entries": [id_text(entry.id) for entry in entries],
                "accounts": [key_text(account) for account in accounts],
                "off": off,
            }
        case View(name=name, expression=expression, about=about):
            return {"view": name, "expression": expression, "about": about}
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
        "mentions": [key_text(account) for account in post.mentions],
        "lang": post.lang,
        "warn": post.warn,
        "written": None if post.written is None else time_text(post.written),
        "origin": post.origin,
        "reply_origin": post.reply_origin,
    }


def _id_of(reference: Reference | None) -> str | None:
    return None if reference is None else id_text(reference.id)
