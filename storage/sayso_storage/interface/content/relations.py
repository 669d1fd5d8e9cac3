"""Relations of entries to other entries and to accounts, and the role that finds them again.

A **relation** is one such saying: a reply, a reaction, a repost, a quote, a mention, a public
follow or its end, that a post belongs to a thread, that an entry attaches a blob, an edit or a
vote. Of reactions, reposts and follows the newest of an account counts for each subject, by
(`time_ms`, `seq`, id); accounts are one with those that they were rotated to and from. Of the
others each counts; which edits and votes do, `versions` and `polls` say.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from sayso_protocol.blob.cid import digest_of
from sayso_protocol.content.attached import attachments_of
from sayso_protocol.content.body import (
    Edit,
    Follow,
    Poll,
    Post,
    React,
    Repost,
    Unfollow,
    Unrepost,
    Vote,
)

from ..records import Place, StoredEntry

REACT: Final = 1
REPOST: Final = 2
QUOTE: Final = 3
MENTION: Final = 4
FOLLOW: Final = 5
ROOT: Final = 6
EDIT: Final = 7
VOTE: Final = 8
ATTACH: Final = 20
"""Codes of relations, replies aside. Stored in files: these may never change."""

FOLLOWING: Final = ""
"""`Relation.value` of a follow; that of its end is None."""


class Relation(NamedTuple):
    """One relation of an entry; `subject` is the id or the account that it is about, or the hash in
    the CID of a blob."""

    code: int
    subject: bytes
    value: str | None = None
    """The emoji of a reaction, empty for a repost, None where it is taken back; see `FOLLOWING`.
    Of a vote its choices (`choices_text`)."""


def relations_of(body: object) -> tuple[Relation, ...]:
    """The relations of a body as `read_body` gives it, without repeats."""
    match body:
        case Post(root=root, quote=quote, mentions=mentions):
            return relations_of_post(
                root.id if root else None, quote.id if quote else None, mentions
            )
        case Poll(root=root, mentions=mentions):
            return relations_of_post(root.id if root else None, None, mentions)
        case Edit(of=of, mentions=mentions):
            return (Relation(EDIT, of.id, ""), *relations_of_post(None, None, mentions))
        case Vote(on=on, choices=choices):
            return (Relation(VOTE, on.id, choices_text(choices)),)
        case React(on=on, emoji=emoji):
            return (Relation(REACT, on.id, emoji),)
        case Repost(of=of):
            return (Relation(REPOST, of.id, ""),)
        case Unrepost(of=of):
            return (Relation(REPOST, of.id),)
        case Follow(account=account):
            return (Relation(FOLLOW, account, FOLLOWING),)
        case Unfollow(account=account):
            return (Relation(FOLLOW, account),)
        case Edit(of=of):
            return (Relation(EDIT, of.id, ""),)
        case _:
            return ()


def relations_of_post(
    root: bytes | None, quote: bytes | None, mentions: Sequence[bytes]
) -> tuple[Relation, ...]:
    """The relations of a post by the ids and accounts that it names."""
    relations = []
    if root is not None:
        relations.append(Relation(ROOT, root))
    if quote is not None:
        relations.append(Relation(QUOTE, quote))
    if mentions:
        relations += [Relation(MENTION, account) for account in dict.fromkeys(mentions)]
    return tuple(relations)


def choices_text(choices: Sequence[int]) -> str | None:
    """The choices of a vote as one number, bit n for option n; None for a vote taken back."""
    return str(sum(1 << one for one in choices)) if choices else None


def attachment_relations(body: object) -> tuple[Relation, ...]:
    """The relations of a body to the blobs that it attaches, without repeats."""
    digests = dict.fromkeys(digest_of(one.cid) for one in attachments_of(body))
    return tuple(Relation(ATTACH, digest) for digest in digests)


FOLLOWS_COUNTED: Final = 10_000
"""Most follows and unfollows that are looked at to count who follows a key, or whom a feed follows:
some 15 and 100 ms."""


@dataclass(frozen=True, slots=True)
class Stance:
    """The relation of one account to a subject that counts."""

    account: bytes
    """The key under which it was said."""
    value: str
    """The emoji of a reaction; else empty."""
    place: Place


def order_of(entry: StoredEntry) -> tuple[int, int, bytes]:
    """The order in which of several relations the last one counts."""
    return entry.time_ms, entry.seq, entry.id


NOTIFICATION_KINDS: Final[Mapping[str, int]] = {
    "reply": 0,
    "quote": QUOTE,
    "mention": MENTION,
    "react": REACT,
    "repost": REPOST,
    "follow": FOLLOW,
}
"""Kinds of notifications, with the code of the relation. An entry that is of several goes by the
first."""


@dataclass(frozen=True, slots=True)
class Notification:
    """Something that others did to the own account; `kind` is one of `NOTIFICATION_KINDS`."""

    kind: str
    entry: StoredEntry


class Interactions(NamedTuple):
    """What others made of an entry: the number of posts that reply to it (`reply_counts`), the
    emoji of the reactions to it that count, sorted, and the number of accounts that reposted
    it."""

    replies: int = 0
    reactions: tuple[str, ...] = ()
    reposts: int = 0


class ThreadEntry(NamedTuple):
    """The place of a held entry in its thread. `parent` is the id of the entry that it replies to,
    whether that is held or not, None for the first entry. `depth` is the number of replies between
    it and the first entry; what replies to an entry that is not held counts from there as if that
    replied to the first one."""

    arrival: int
    parent: bytes | None
    depth: int
    id: bytes


class Relations(ABC):
    """See the module. Lists are newest first by `StoredEntry.place`."""

    @abstractmethod
    def reactions(self, ids: Iterable[bytes]) -> dict[bytes, list[Stance]]:
        """The reactions to each of these entries that count; entries without any left out."""

    @abstractmethod
    def reposts(self, ids: Iterable[bytes]) -> dict[bytes, list[Stance]]:
        """The accounts that reposted each of these entries, one stance for each; entries without
        any left out."""

    @abstractmethod
    def interactions(self, ids: Iterable[bytes]) -> dict[bytes, Interactions]:
        """What others made of each of these entries, in a few statements for all; entries with
        nothing are left out."""

    @abstractmethod
    def followers(self, account: bytes) -> list[Stance]:
        """The accounts that publicly follow an account, under any of its keys."""

    @abstractmethod
    def follower_counts(self, accounts: Iterable[bytes]) -> dict[bytes, int]:
        """How many accounts publicly follow each of these, under any of its keys; 0 left out. Of a
        key the newest `FOLLOWS_COUNTED` follows and unfollows are looked at."""

    @abstractmethod
    def following_among(self, account: bytes, others: Iterable[bytes]) -> set[bytes]:
        """Those of the others that publicly follow an account; each is one under all its keys."""

    @abstractmethod
    def followees(self, account: bytes) -> list[bytes]:
        """The accounts that an account publicly follows, as it named them last."""

    @abstractmethod
    def followee_count(self, account: bytes) -> int:
        """How many these are. Of each of its feeds the newest `FOLLOWS_COUNTED` follows and as many
        unfollows are looked at."""

    @abstractmethod
    def quotes(self, entry_id: bytes, limit: int = 1000) -> list[StoredEntry]:
        """The posts that quote an entry."""

    @abstractmethod
    def named_ids(self, prefix: str, limit: int = 10) -> list[bytes]:
        """The ids, in their order, that begin with these hexadecimal digits and that entries held
        here answer, quote, repost, or name as the first of their thread; those of entries that are
        held are among them. Of very many entries that name such ids only some are looked at."""

    @abstractmethod
    def attaching(self, cid: bytes, limit: int = 1000) -> list[StoredEntry]:
        """The entries that attach a blob, under any name with its hash."""

    @abstractmethod
    def rooted(self, root_id: bytes, limit: int = 1000) -> list[StoredEntry]:
        """The posts that name an entry as the first of their thread. Direct replies to it leave
        that out."""

    @abstractmethod
    def thread(self, root_id: bytes, limit: int = 10_000) -> list[ThreadEntry]:
        """What is held of the thread that begins with an entry, held or not: that entry, what
        replies to it or to what does, the posts that name it as the first of their thread, and what
        replies to these. At most `limit` of them, the least deep first.

        In the order of the conversation: an entry is followed by what replies to it, one reply with
        all below it after the other, by their `place`. Replies to an entry that is not held stand
        together, where the first of them would among the replies to the first entry."""

    @abstractmethod
    def mentions(self, account: bytes, limit: int = 1000) -> list[StoredEntry]:
        """The posts, polls and edits that mention an account, under any of its keys."""

    @abstractmethod
    def notifications(self, limit: int = 50, since_ms: int | None = None) -> list[Notification]:
        """Things that others did to the own account, under any of its keys: replied to, quoted,
        reacted to or reposted an entry that is held, mentioned it, or publicly followed it.
        What was taken back or replaced is left out; each entry comes once. `since_ms` is
        included. Empty where the store has no owner."""

    @abstractmethod
    def arrived_notifications(
        self, limit: int, before: int | None = None, after: int = 0, *, oldest_first: bool = False
    ) -> list[Notification]:
        """The same in the order of arrival, the last to arrive first: those that arrived before one
        place in that order and after another."""

    @abstractmethod
    def reply_counts(self, ids: Iterable[bytes]) -> dict[bytes, int]:
        """Number of posts held that reply to each of these entries; 0 left out."""

    @abstractmethod
    def reply_authors(self, ids: Iterable[bytes]) -> dict[bytes, dict[bytes, int]]:
        """Of these replies the number by each account that wrote some, by entry; entries without
        replies left out."""

    @abstractmethod
    def replies(self, entry_id: bytes, limit: int = 1000) -> list[StoredEntry]:
        """Direct replies to an entry by `sort_ms`, oldest first; of equal times the earlier
        arrival first."""
