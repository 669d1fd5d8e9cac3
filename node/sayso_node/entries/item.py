"""An entry as it is shown: what is held of it, what others made of it, and what rules say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, NamedTuple

from sayso_protocol.blob.cid import cid_text
from sayso_protocol.content.attached import attachments_of
from sayso_protocol.content.attachment import Attachment
from sayso_protocol.content.body import (
    Body,
    Edit,
    Follow,
    Label,
    Poll,
    Post,
    Profile,
    React,
    Reference,
    Repost,
    Retract,
    Unfollow,
    Unknown,
    ViewOffer,
    Vote,
)
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.feed.entry import id_text
from sayso_protocol.private.contents.message_file import MessageFile
from sayso_storage.interface.records import Place
from sayso_storage.interface.store import StoredEntry

from ..accounts.names import Name
from ..media.sealed_store import file_json
from ..timestamps import time_text
from .poll_state import PollState


class Unasked(Enum):
    """The type of `UNASKED`."""

    UNASKED = "unasked"


UNASKED: Final = Unasked.UNASKED
"""In place of what may be None: nobody has looked."""


@dataclass(frozen=True, slots=True)
class FilterResult:
    """The say of the owner's rules on an entry: `hidden` and `folded` name the rule that does it,
    `because` is what the rule gives as its reason, `points` are those for views."""

    hidden: str | None = None
    folded: str | None = None
    because: str | None = None
    points: int = 0


_NO_RESULT: Final = FilterResult()


class Hint(NamedTuple):
    """The strongest finding of accounts in step that names an entry; see `Finding`."""

    accounts: int
    score: int
    burst: bool
    within_ms: int


@dataclass(frozen=True, slots=True)
class Reaction:
    """A reaction to an entry, by an account."""

    account: bytes
    name: Name
    emoji: str | None

    def as_json(self) -> dict[str, object]:
        """The reaction for programs."""
        return {
            "by": key_text(self.account),
            "name": self.name.shown,
            "petname": self.name.petname,
            "emoji": self.emoji,
        }


class Import(NamedTuple):
    """An import that a timeline shows as one line: its posts, and the first and last time at which
    they were written."""

    entries: int
    from_ms: int
    to_ms: int

    def as_json(self) -> dict[str, object]:
        """The import for programs."""
        first, last = time_text(self.from_ms), time_text(self.to_ms)
        return {"entries": self.entries, "from": first, "to": last}


class InGroup(NamedTuple):
    """Where a post of a closed group stands: its group, what it answers and the newest posts that
    its author had, by their ids of 16 bytes. `before` are the first of the `changes` of who is in
    that its author did not know: what was done ("add", "remove", "leave"), and to whom. `unread` is
    how many of the posts that came before it he did not have either. `is_out` where he was out of
    the group when it came. `files` are attached."""

    group: bytes
    reply: bytes | None
    parents: tuple[bytes, ...]
    changes: int
    before: tuple[tuple[str, bytes], ...]
    unread: int
    is_out: bool
    files: tuple[MessageFile, ...] = ()
    held: frozenset[bytes] = frozenset()
    """The CIDs of its sealed files that are here."""

    def as_json(self) -> dict[str, object]:
        """It for programs."""
        return {
            "group": self.group.hex(),
            "seq": None,
            "reply_to": None if self.reply is None else self.reply.hex(),
            "parents": [one.hex() for one in self.parents],
            "before": [{"kind": kind, "account": key_text(one)} for kind, one in self.before],
            "changes": self.changes,
            "unread": self.unread,
            "attachments": [file_json(one, self.held) for one in self.files],
        }


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an entry: the entry itself, or an edit of it. `changes` are stretches of words
    that are the same as before ("="), new ("+") or gone ("-"); none for the first version."""

    entry: StoredEntry
    text: str
    warn: str | None
    changes: Sequence[tuple[str, str]] = ()

    def as_json(self) -> dict[str, object]:
        """The version for programs."""
        return {
            "id": id_text(self.entry.id),
            "time": time_text(self.entry.time_ms),
            "text": self.text,
            "warn": self.warn,
            "changes": [list(one) for one in self.changes],
        }


@dataclass(frozen=True, slots=True)
class Item:
    """One entry, under the name of its author.

    `entry` is None where only its reference is known, `body` where the body is not held; it is that
    of the version that is shown, which the entry `edit` made where there is one. Of a repost
    `original` is what it shows. `reactions` is how many accounts reacted, by emoji.
    """

    reference: Reference
    name: Name
    entry: StoredEntry | None = None
    body: Body | None = None
    original: Item | None = None
    replies: int = 0
    reactions: Mapping[str, int] = field(default_factory=dict)
    reposts: int = 0
    filtered: FilterResult | None = None
    """None where no rule says anything, or none was asked."""
    depth: int | None = None
    """Replies between it and the top of its conversation, where that was asked for."""
    score: int | Unasked | None = UNASKED
    """By the view that ranks it."""
    in_step: Hint | Unasked | None = UNASKED
    taken_back: bool = False
    """Whether its author took it back: nothing of it is held any more, or ever was."""
    imported: Import | None = None
    """Where it stands for a whole import, and `entry` is the last of its posts."""
    held_blobs: frozenset[bytes] = frozenset()
    """CIDs of those of its attachments that are here."""
    reacted: Sequence[Reaction] | None = None
    """The reactions themselves, where they were asked for, newest first."""
    edit: StoredEntry | None = None
    poll: PollState | None = None
    answered: Item | None = None
    """What a post answers, and what it quotes, where it was asked for; without what that answers
    and quotes in turn."""
    quoted: Item | None = None
    changed: bool = False
    """Whether what it answers, quotes or reposts was edited after the version that its author
    saw."""
    history: Sequence[Version] | None = None
    """Its versions, where they were asked for, oldest first."""
    in_group: InGroup | None = None
    """Of a post of a closed group, which is no entry of a feed."""

    @property
    def id(self) -> str:
        """The id as text."""
        return id_text(self.reference.id)

    @property
    def author(self) -> str:
        """The account's key as text."""
        return key_text(self.reference.account)

    @property
    def place(self) -> Place | None:
        """The place on a timeline, behind which a list goes on; None where it is not held."""
        entry = self.entry
        if entry is None:
            return None
        if self.imported is not None:  # it stands where its last post was signed
            return entry.signed_ms, entry.seq, entry.arrival
        return entry.place

    @property
    def kind(self) -> str | None:
        """The kind of the body; None where it is not held."""
        if self.imported is not None:
            return "import"
        if isinstance(self.body, Unknown):
            return self.body.kind or "unreadable"
        return None if self.body is None else self.body.KIND

    @property
    def is_damaged(self) -> bool:
        """Whether what lies on the disk is not what the author signed."""
        return self.entry is not None and self.entry.damaged

    @property
    def post(self) -> Post | Poll | None:
        """The body of a post or a poll."""
        return self.body if isinstance(self.body, Post | Poll) else None

    @property
    def written(self) -> int | None:
        """When an imported post, poll or repost was made, in Unix milliseconds."""
        return self.body.written if isinstance(self.body, Post | Poll | Repost) else None

    @property
    def quote(self) -> Reference | None:
        """What a post quotes."""
        return self.body.quote if isinstance(self.body, Post) else None

    @property
    def text(self) -> str | None:
        """The text of a post, of what a poll asks, or of an edit."""
        return self.body.text if isinstance(self.body, Post | Poll | Edit) else None

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """Pictures and films that the entry attaches; of a profile its picture."""
        return attachments_of(self.body)

    @property
    def rules(self) -> FilterResult:
        """The say of the owner's rules, where they have one."""
        return self.filtered or _NO_RESULT

    def as_json(self) -> dict[str, object]:
        """The item for programs. Every item has the same first keys; then come those of its kind,
        then what was asked for besides."""
        return self._common() | self._of_body() | self._asked_for()

    def _common(self) -> dict[str, object]:
        entry, post, rules = self.entry, self.post, self.rules
        return {
            "id": self.id,
            "author": self.author,
            "name": self.name.shown,
            "feed": key_text(self.reference.feed),
            "seq": self.reference.seq,
            "time": None if entry is None else time_text(entry.time_ms),
            "kind": self.kind,
            "text": self.text,
            "reply_to": None if post is None else _id_of(post.reply),
            # A post that leaves `root` out replies to the root itself.
            "root": None if post is None else _id_of(post.root or post.reply),
            "tags": [] if post is None else list(post.tags),
            "links": [] if self.text is None else _links_of(self.text),
            "attachments": [self._attachment_json(one) for one in self.attachments],
            "replies": self.replies,
            "reactions": dict(self.reactions),
            "reposts": self.reposts,
            "hidden": rules.hidden,
            "folded": rules.folded,
            "because": rules.because,
            "points": rules.points,
            "petname": self.name.petname,
            "arrived": None if entry is None else time_text(entry.arrived_ms),
            "bytes": None if entry is None else entry.body_size,
            "damaged": self.is_damaged,
            "edited": None if self.edit is None else time_text(self.edit.time_ms),
            "poll": None if self.poll is None else self.poll.as_json(),
        } | self.name.recognition_json()

    def _attachment_json(self, one: Attachment) -> dict[str, object]:
        return {
            "cid": cid_text(one.cid),
            "type": one.type,
            "size": one.size,
            "alt": one.alt,
            "held": one.cid in self.held_blobs,
        }

    def _of_body(self) -> dict[str, object]:
        if self.imported is not None:
            return self.imported.as_json()
        if self.is_damaged:
            return {"body": "damaged"}
        if self.taken_back:
            return {"body": "taken back"}
        if isinstance(self.body, Repost):
            of = None if self.original is None else self.original.as_json()
            return {"of": of} | (
                {} if self.written is None else {"written": time_text(self.written)}
            )
        return _body_json(self.body)

    def _asked_for(self) -> dict[str, object]:
        found: dict[str, object] = {}
        if self.depth is not None:
            found |= {"depth": self.depth, "missing": self.entry is None}
        if self.score is not UNASKED:
            found["score"] = self.score
        if self.in_step is not UNASKED:
            found["in_step"] = None if self.in_step is None else self.in_step._asdict()
        if self.reacted is not None:
            found["reacted"] = [one.as_json() for one in self.reacted]
        if self.edit is not None:
            found["version"] = id_text(self.edit.id)
        for name, about in (("answers", self.answered), ("quoted", self.quoted)):
            if about is not None:
                found[name] = about.as_json()
        if self.changed:
            found["changed"] = True
        if self.history is not None:
            found["history"] = [one.as_json() for one in self.history]
        return found if self.in_group is None else found | self.in_group.as_json()


def _body_json(body: Body | None) -> dict[str, object]:
    """The keys that only entries of this kind have."""
    match body:
        case None:
            return {"body": "not held"}
        case Post() | Poll():
            return _post_json(body)
        case Edit(of=of, after=after):
            return {"of": id_text(of.id), "after": id_text(after.id), "warn": body.warn}
        case Vote(on=on, choices=choices):
            return {"on": id_text(on.id), "choices": [one + 1 for one in choices]}
        case React(on=on, emoji=emoji):
            return {"on": id_text(on.id), "emoji": emoji}
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
        case Retract(of=of):
            return {"takes_back": [id_text(one.id) for one in of]}
        case ViewOffer(name=name, expression=expression, about=about):
            return {"view": name, "expression": expression, "about": about}
        case Unknown():
            return {"body": "unknown"}
        case _:
            return {}


def _post_json(post: Post | Poll) -> dict[str, object]:
    return {
        "quote": _id_of(post.quote) if isinstance(post, Post) else None,
        "mentions": [key_text(account) for account in post.mentions],
        "lang": post.lang,
        "warn": post.warn,
        "written": None if post.written is None else time_text(post.written),
        "origin": post.origin,
        "reply_origin": post.reply_origin,
    }


def _links_of(text: str) -> list[str]:
    """The links in a text, each once."""
    if "://" not in text:
        return []
    from .urls import links_in  # it compiles patterns, and most posts have none

    return list(dict.fromkeys(links_in(text)))


def _id_of(reference: Reference | None) -> str | None:
    return None if reference is None else id_text(reference.id)
