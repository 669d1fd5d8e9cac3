"""Facts of a body that the indexes know.

Derived from the body alone, so that every index can be checked and rebuilt. Only bodies
that `read_body` understands have facts: a malformed profile must not hide a sound one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, cast

from sayso_protocol.content.body import KNOWN_KINDS, MALFORMED, Post, Unknown, read_body
from sayso_protocol.feed.run import Body as Given
from sayso_protocol.text.fold import fold

from ..interface.labels import Labelling, labellings_of
from ..interface.relations import Relation, relations_of, relations_of_post
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
    """When a post says that it was written, as imported ones do."""

    def sort_ms(self, time_ms: int, arrived_ms: int) -> int:
        """The time to sort by of an entry that was signed and arrived then: when it was written
        where it is imported, else the earlier of the two."""
        known = time_ms if time_ms < arrived_ms else arrived_ms
        written_ms = self.written_ms
        return written_ms if written_ms is not None and written_ms < known - DAY_MS else known

    def is_imported(self, time_ms: int, arrived_ms: int) -> bool:
        """Whether it is a post that was written over a day before it was signed and arrived."""
        return self.written_ms is not None and self.written_ms < min(time_ms, arrived_ms) - DAY_MS


PLAIN_POST = IndexedFacts(Post.KIND)
"""Shared by all posts of which no more is to be known: most of them."""

NO_FACTS = IndexedFacts(MALFORMED)
"""Facts of a body that is not held."""


def facts_of_all(bodies: Sequence[Given]) -> list[IndexedFacts]:
    """Read the bodies of a run, those that are not held too; never raises."""
    if not all(type(body) is bytes for body in bodies):
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
    if isinstance(known, Post):
        return _facts_of_post(parts_of(known))
    if isinstance(known, Unknown):
        return IndexedFacts(MALFORMED if known.kind in KNOWN_KINDS else known.kind)
    return IndexedFacts(known.KIND, relations=relations_of(known), labels=labellings_of(known))


def texts_of(body: bytes | None) -> tuple[str, ...]:
    """The texts of a post that a search looks at: what it says, and the warning before it. None
    for whatever is no post, or is not held. Never raises."""
    if body is None:
        return ()
    bare = bare_text(body)
    if bare is not None:
        return (bare,)
    known = read_body(body)
    if not isinstance(known, Post):
        return ()
    return (known.text,) if known.warn is None else (known.text, known.warn)


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


def _facts_of_post(parts: Parts) -> IndexedFacts:
    if parts == NO_PARTS:
        return PLAIN_POST
    reply, tags, origin, root, quote, mentions, written_ms = parts
    relations = relations_of_post(root, quote, mentions)
    folded = folded_tags(tags)
    return IndexedFacts(Post.KIND, reply, folded, origin, relations, written_ms=written_ms)
