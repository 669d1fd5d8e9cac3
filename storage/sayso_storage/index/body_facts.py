"""Facts of a body that the indexes know.

Derived from the body alone, so that every index can be checked and rebuilt. Only bodies
that `read_body` understands have facts: a malformed profile must not hide a sound one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, cast

from sayso_protocol.content.body import (
    KNOWN_KINDS,
    MALFORMED,
    Edit,
    Poll,
    Post,
    Reference,
    Repost,
    Retract,
    Unknown,
    read_body,
)
from sayso_protocol.feed.run import Body as Given
from sayso_protocol.text.fold import fold

from ..interface.content.labels import Labelling, labellings_of
from ..interface.content.relations import (
    QUOTE,
    REPOST,
    ROOT,
    Relation,
    attachment_relations,
    relations_of,
    relations_of_post,
)
from .fast_post import NO_PARTS, Parts, bare_posts, bare_text, parts_of_post

DAY_MS: Final = 24 * 3_600_000
"""A post that says that it was written longer ago than this is an imported one: what a bridge
brings within a day is news."""


class IndexedFacts(NamedTuple):
    """`kind` is empty for what is malformed; `tags` are folded (`fold_tag`), without repeats."""

    kind: str
    reply: bytes | None = None
    """Id of the entry that a post replies to."""
    tags: tuple[str, ...] = ()
    origin: str | None = None
    relations: tuple[Relation, ...] = ()
    labels: tuple[Labelling, ...] = ()
    written_ms: int | None = None
    """When a post or a repost says that it was written, as imported ones do."""
    edit_tags: tuple[str, ...] = ()
    """The tags that an edit gives to what it changes, as `tags`."""
    takes_back: tuple[Reference, ...] = ()
    """The entries that a retraction names."""
    edits: Reference | None = None
    """The entry of which an edit is a version."""

    def sort_ms(self, time_ms: int, arrived_ms: int) -> int:
        """The time to sort by of an entry that was signed and arrived then: when it was written
        where it is imported, else the earlier of the two."""
        known = time_ms if time_ms < arrived_ms else arrived_ms
        written_ms = self.written_ms
        return written_ms if written_ms is not None and written_ms < known - DAY_MS else known

    def is_imported(self, time_ms: int, arrived_ms: int) -> bool:
        """Whether it is a post, or a poll, that was written over a day before it was signed and
        arrived: it is one of those that an import is told to have."""
        if self.written_ms is None or self.kind == Repost.KIND:
            return False
        return self.written_ms < min(time_ms, arrived_ms) - DAY_MS


PLAIN_POST = IndexedFacts(Post.KIND)
"""Shared by all posts of which no more is to be known: most of them."""

NO_FACTS = IndexedFacts(MALFORMED)
"""Facts of a body that is not held."""


def ids_named_by(facts: IndexedFacts) -> list[bytes]:
    """The ids of the entries that an entry answers, quotes, reposts, or names as the first of its
    thread."""
    named = [one.subject for one in facts.relations if one.code in (QUOTE, REPOST, ROOT)]
    return named if facts.reply is None else [facts.reply, *named]


def facts_of_all(bodies: Sequence[Given]) -> list[IndexedFacts]:
    """Read the bodies of a run, those that are not held too; never raises."""
    if set(map(type, bodies)) - {bytes}:
        return [facts_of(body) if isinstance(body, bytes) else NO_FACTS for body in bodies]
    held = cast(Sequence[bytes], bodies)
    bare = bare_posts(held)
    return [
        PLAIN_POST if is_bare else facts_of(body) for body, is_bare in zip(held, bare, strict=True)
    ]


def facts_of(body: bytes) -> IndexedFacts:
    """Read a body; never raises."""
    parts = parts_of_post(body)
    if parts is not None:
        return _facts_of_post(parts)
    known = read_body(body)
    attached = attachment_relations(known)
    if isinstance(known, Post):
        facts = _facts_of_post(parts_of(known))
        return facts._replace(relations=facts.relations + attached) if attached else facts
    if isinstance(known, Poll):
        return _facts_of_poll(known)
    if isinstance(known, Edit):
        relations = relations_of(known) + attached
        tags = folded_tags(known.tags)
        return IndexedFacts(Edit.KIND, relations=relations, edit_tags=tags, edits=known.of)
    if isinstance(known, Unknown):
        return IndexedFacts(MALFORMED if known.kind in KNOWN_KINDS else known.kind)
    return IndexedFacts(
        known.KIND,
        relations=relations_of(known) + attached,
        labels=labellings_of(known),
        written_ms=known.written if isinstance(known, Repost) else None,
        takes_back=known.of if isinstance(known, Retract) else (),
    )


def texts_of(body: bytes | None) -> tuple[str, ...]:
    """The texts that a search looks at: what a post, a poll or an edit says, the warning before it,
    and what a poll offers. None for whatever is none of these, or is not held. Never raises."""
    if body is None:
        return ()
    bare = bare_text(body)
    if bare is not None:
        return (bare,)
    known = read_body(body)
    return shown_texts(known) if isinstance(known, Post | Poll | Edit) else ()


def shown_texts(body: Post | Poll | Edit) -> tuple[str, ...]:
    """See `texts_of`."""
    warned = (body.text,) if body.warn is None else (body.text, body.warn)
    return (*warned, *body.options) if isinstance(body, Poll) else warned


def fold_tag(tag: str) -> str:
    """Return the form in which tags are compared; empty where nothing of one can be seen."""
    return fold(tag)


def folded_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags as they are compared, without repeats and without those of which nothing is seen."""
    return tuple(dict.fromkeys(filter(None, map(fold_tag, tags))))


def parts_of(post: Post) -> Parts:
    """The parts that `parts_of_post` finds in a post's bytes, by definition."""
    reply, root, quote = post.reply, post.root, post.quote
    return (
        reply.id if reply else None,
        post.tags,
        post.origin,
        root.id if root else None,
        quote.id if quote else None,
        post.mentions,
        post.written,
    )


def _facts_of_poll(poll: Poll) -> IndexedFacts:
    return IndexedFacts(
        Poll.KIND,
        poll.reply.id if poll.reply else None,
        folded_tags(poll.tags),
        poll.origin,
        relations_of(poll),
        written_ms=poll.written,
    )


def _facts_of_post(parts: Parts) -> IndexedFacts:
    if parts == NO_PARTS:
        return PLAIN_POST
    reply, tags, origin, root, quote, mentions, written_ms = parts
    relations = relations_of_post(root, quote, mentions) if root or quote or mentions else ()
    folded = folded_tags(tags) if tags else ()
    fields = Post.KIND, reply, folded, origin, relations, (), written_ms, (), (), None
    return _new_facts(IndexedFacts, fields)


_new_facts = tuple.__new__
"""In half the time of naming the fields: made for every third post."""
