"""Facts that a body tells by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from sayso_protocol.content.attached import attachments_of
from sayso_protocol.content.attachment import Attachment
from sayso_protocol.content.body import MALFORMED, Body, Edit, Poll, Post, Unknown
from sayso_storage.index.body_facts import folded_tags
from sayso_storage.index.fast_post import bare_text
from sayso_storage.interface.store import Store, StoredEntry

from ...entries.body import body_of
from ...entries.links import hosts_of
from ...entries.version import shown_body

if TYPE_CHECKING:
    from .record import StoredFacts


_NOT_HELD: Final = Unknown(MALFORMED)


class BodyFacts:
    """The bodies of one page of entries, each read once, in the version that is shown, or with
    `as_written` as it was first written; unknown where it is not held."""

    def __init__(
        self, store: Store, page: Sequence[StoredEntry] = (), *, as_written: bool = False
    ) -> None:
        self._store = store
        self._ids = [] if as_written else [entry.id for entry in page]
        self._read: dict[bytes, Body] = {}
        self.facts: dict[str, Callable[[StoredFacts], Any]] = {
            "body": lambda facts: self.of(facts.entry),
            **_OF_BODIES,
        }

    def bare_text(self, entry: StoredEntry) -> str | None:
        """The text of a post that is nothing else, and was not edited; None says only that it was
        not recognised as such."""
        text = None if entry.body is None else bare_text(entry.body)
        return None if text is None or entry.id in self._edits else text

    def of(self, entry: StoredEntry) -> Body:
        """The body of an entry."""
        body = self._read.get(entry.id)
        if body is None:
            shown = shown_body(body_of(entry), self._edits.get(entry.id))
            body = self._read[entry.id] = shown or _NOT_HELD
        return body

    @cached_property
    def _edits(self) -> dict[bytes, StoredEntry]:
        return self._store.shown_edits(self._ids) if self._ids else {}


def _kind(facts: StoredFacts) -> str:
    body = facts.body
    return body.kind if isinstance(body, Unknown) else body.KIND


def _tags(tags: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(set(folded_tags(tags))))


def _of_post(read: Callable[[Post | Poll | Edit], Any], empty: Any) -> Callable[[StoredFacts], Any]:
    """A fact of what has words."""
    return lambda facts: read(facts.body) if isinstance(facts.body, Post | Poll | Edit) else empty


def _text(body: Post | Poll | Edit) -> str:
    """All words, those of a poll's options too."""
    return "\n".join((body.text, *body.options)) if isinstance(body, Poll) else body.text


def media_kinds(attachments: Iterable[Attachment]) -> tuple[str, ...]:
    """The kinds of what is attached, as its author names them: the first words of media types."""
    return tuple(sorted({one.type.partition("/")[0].lower() for one in attachments}))


_OF_BODIES: Final[Mapping[str, Callable[[StoredFacts], Any]]] = {
    "kind": _kind,
    "text": _of_post(_text, ""),
    "tags": _of_post(
        lambda post: tuple(sorted(set(folded_tags(post.tags)))) if post.tags else (), ()
    ),
    "lang": _of_post(lambda post: (post.lang or "").lower(), ""),
    "warn": _of_post(lambda post: post.warn or "", ""),
    "length": _of_post(lambda post: len(post.text), 0),
    "links": _of_post(lambda post: len(hosts_of(post.text)), 0),
    "hosts": _of_post(lambda post: tuple(sorted(set(hosts_of(post.text)))), ()),
    "media": lambda facts: len(attachments_of(facts.body)),
    "media_kinds": lambda facts: media_kinds(attachments_of(facts.body)),
    "media_bytes": lambda facts: sum(one.size for one in attachments_of(facts.body)),
}
