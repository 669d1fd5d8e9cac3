"""An archive of posts into the own feed: once each, in batches, replies linked.

A post that replies to another one of the archive waits until that one has its id. A run
that was interrupted goes on where it stopped: what is in the store is known by origin.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sayso_protocol.content.attachment import Attachment
from sayso_protocol.content.body import Poll, Post, Reference, read_body, write_body
from sayso_protocol.content.post import MAX_LANG, MAX_ORIGIN
from sayso_protocol.errors import Refused, TooLarge
from sayso_protocol.limits import MAX_BODY, MAX_RUN_ENTRIES
from sayso_protocol.translation import _
from sayso_storage.interface.store import Store

from ..accounts.author import Author
from ..accounts.lineage import own_account
from ..compose.post import root_above
from ..entries.hashtags import hashtags, merge_tags
from .attachments import attached, media_lines
from .content_warning import fitted_warning
from .model import ArchivedPost


@dataclass(slots=True)
class Imported:
    """The numbers of posts that were imported, were there already, and were refused, by reason."""

    imported: int = 0
    skipped: int = 0
    errors: Counter[str] = field(default_factory=Counter)


MAX_OWN_POLLS = 10_000
"""Own polls that are gone through for their origins."""

EARLY_BATCHES = 1000
"""Batches that are published before they are full, so that a reply to a post in them keeps
its place in the order. Each costs a write to the disk, some 5 ms; when they are used up,
such replies are published a batch later."""

Link = tuple[Reference, Reference | None]
"""A post that can be replied to, and the root above it."""


def import_posts(
    store: Store,
    author: Author,
    posts: Iterable[ArchivedPost],
    progress: Callable[[int], None],
    held: Mapping[str, Attachment] | None = None,
) -> Imported:
    """Publish what is not in the store yet; `progress` is told how many posts are done, `held` is
    what the media of the posts became.

    Raises `NodeError` or `StoreError`; what was published until then stays, and `published` tells
    how much that is.
    """
    importer = _Importer(store, author, progress, held or {})
    importer.take(posts)
    importer.finish()
    return importer.result


def published(store: Store, posts: Iterable[ArchivedPost]) -> int:
    """How many of these posts are in the store."""
    known = known_origins(store)
    return sum(post.origin in known for post in posts)


def known_origins(store: Store) -> Mapping[str, Reference]:
    """What is here of the own archives, by origin, polls among it."""
    known, own = dict(store.import_origins()), store.own_feed()
    polls = () if own is None else store.of_kind(own.account, Poll.KIND, MAX_OWN_POLLS)
    for entry in polls:
        body = read_body(entry.body) if entry.body is not None else None
        if isinstance(body, Poll) and body.origin is not None:
            known[body.origin] = entry.reference
    return known


def body_of(
    post: ArchivedPost,
    reply: Reference | None = None,
    root: Reference | None = None,
    held: Mapping[str, Attachment] | None = None,
) -> Post | Poll:
    """The body of an entry; `reply` is the entry that a post answers, where that is here, `held`
    what its media became, which without it stand for themselves."""
    # A poll has no attachments, so that what its media are stands in words.
    attach, missing = (
        attached(post.media, held)
        if post.poll is None
        else ((), [(one.part, one.alt) for one in post.media])
    )
    whole = "\n\n".join(filter(None, (post.text, media_lines(missing))))
    warn, text = fitted_warning(post.warn, whole)
    said: dict[str, Any] = {
        "text": text,
        "reply": reply,
        "root": root,
        "tags": merge_tags(post.tags, hashtags(text)),
        "lang": post.lang if post.lang and len(post.lang.encode()) <= MAX_LANG else None,
        "warn": warn,
        "written": post.written_ms,
        "origin": post.origin,
        "reply_origin": post.reply_to if reply is None else None,
    }
    if post.poll is None:
        return Post(attach=attach, **said)
    poll = post.poll
    return Poll(options=poll.options, end=poll.end_ms, many=poll.many, **said)


class _Importer:
    def __init__(
        self,
        store: Store,
        author: Author,
        progress: Callable[[int], None],
        held: Mapping[str, Attachment],
    ) -> None:
        self._held = held
        self._store = store
        self._author = author
        self._progress = progress
        self._account = own_account(store)
        self._known = known_origins(store)
        self._links: dict[str, Link] = {}
        self._expected: set[str] = set()
        """Origins that will be published; a reply to one of them has no parent yet."""
        self._ready: dict[str, ArchivedPost] = {}
        """By origin, in the order in which they will be published."""
        self._waiting: dict[str, list[ArchivedPost]] = {}
        """By the origin of the parent."""
        self._early = EARLY_BATCHES
        self.result = Imported()

    def take(self, posts: Iterable[ArchivedPost]) -> None:
        """Publish all whose parents have ids by now."""
        posts = list(posts)
        self._expected = {post.origin for post in posts} - self._known.keys()
        for post in posts:
            if post.origin in self._known:
                self.result.skipped += 1
                self._progress(1)
                continue
            if post.reply_to in self._ready and self._early:
                self._early -= 1
                self._publish_batch()
            self._enqueue(post)
            if len(self._ready) >= MAX_RUN_ENTRIES:
                self._publish_batch()

    def finish(self) -> None:
        """Publish the rest; posts that wait for each other in a circle come unlinked."""
        while self._ready or self._waiting:
            if not self._ready:
                self._expected.clear()
                rest = [post for posts in self._waiting.values() for post in posts]
                self._ready = {post.origin: post for post in rest}
                self._waiting.clear()
            self._publish_batch()

    def _enqueue(self, post: ArchivedPost) -> None:
        if post.reply_to in self._expected and post.reply_to != post.origin:
            self._waiting.setdefault(post.reply_to or "", []).append(post)
        else:
            self._ready[post.origin] = post

    def _publish_batch(self) -> None:
        batch = list(islice(self._ready.values(), MAX_RUN_ENTRIES))
        for post in batch:
            del self._ready[post.origin]
        bodies = [body_of(post, *self._link_to(post.reply_to), self._held) for post in batch]
        try:
            self._publish(bodies)
        except Refused:
            self._publish([body for body in bodies if self._is_sound(body)])
        for post in batch:
            self._expected.discard(post.origin)
            for waiting in self._waiting.pop(post.origin, ()):
                self._enqueue(waiting)
        self._progress(len(batch))

    def _publish(self, bodies: list[Post | Poll]) -> None:
        if not bodies:
            return
        run = self._author.publish(list(bodies))
        self.result.imported += len(bodies)
        for seq, (body, entry_id) in enumerate(zip(bodies, run.ids, strict=True), run.first):
            reference = Reference(self._account, run.feed, seq, entry_id)
            self._links[body.origin or ""] = reference, body.root or body.reply

    def _is_sound(self, body: Post | Poll) -> bool:
        try:
            write_body(body)
        except Refused as error:
            self.result.errors[reason_of(body, error)] += 1
            return False
        return True

    def _link_to(self, origin: str | None) -> tuple[Reference | None, Reference | None]:
        """`reply` and `root` of a post that replies to an origin."""
        if origin is None:
            return None, None
        if origin not in self._links and origin in self._known:
            reference = self._known[origin]
            entry = self._store.entry(reference.id)
            self._links[origin] = reference, None if entry is None else root_above(entry)
        return self._links.get(origin, (None, None))


def reason_of(body: Post | Poll, error: Refused) -> str:
    """The reason for which a post cannot be taken, as its owner is told."""
    if not isinstance(error, TooLarge):
        return str(error)
    if any(one and len(one.encode()) > MAX_ORIGIN for one in (body.origin, body.reply_origin)):
        return _("its id, or that of what it answers, is longer than {max_origin} bytes").format(
            max_origin=MAX_ORIGIN
        )
    return _("longer than the {max_body} bytes of an entry").format(max_body=MAX_BODY)
