"""Facts from the store, each gathered when it is first asked for.

A gatherer is a function for each fact of one group; those of conversations look things up for a
whole page of entries at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from sayso_protocol.content.post import Post
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.facts import Facts
from sayso_protocol.feed.entry import id_text
from sayso_storage.interface.content.labels import Labels
from sayso_storage.interface.store import Store, StoredEntry

from ...home.directory import Home
from .author import AuthorFacts
from .body import BodyFacts
from .conversation import ConversationFacts
from .coordination import CoordinationFacts
from .labels import EntryLabels, LabelFacts
from .rates import posts_of_week
from .record import Gather, StoredFacts, Value

if TYPE_CHECKING:
    from collections.abc import Iterable


_OF_BARE_POSTS: Final[Mapping[str, Value]] = {
    "kind": Post.KIND,
    "tags": (),
    "lang": "",
    "warn": "",
    "media": 0,
    "media_kinds": (),
    "media_bytes": 0,
    "through": (),
    "carried_text": "",
    "carried_warn": "",
    "labels_through": (),
    "reply_depth": 0,
}
"""The facts that all posts have in common that are a text and nothing else."""


def _first(name: str, bodies: BodyFacts, gather: Mapping[str, Gather], facts: StoredFacts) -> Value:
    """The first fact of a body that is asked for. Most are bare posts, of which the text and all
    that others have beside it are known at once; any other is asked no more whether it is one."""
    text = bodies.bare_text(facts.entry)
    if text is None:
        facts.gather = gather
        return gather[name](facts)
    facts.learn({**_OF_BARE_POSTS, "text": text})
    return text if name == "text" else _OF_BARE_POSTS[name]


class _Author(NamedTuple):
    """All that facts about an author look at in an entry."""

    account: bytes


class Gatherer:
    """Gathers facts of entries of one store, as of one moment (Unix milliseconds). With its home,
    what takes long is remembered there."""

    def __init__(
        self,
        store: Store,
        now_ms: int,
        lists: Mapping[str, Iterable[str]] | None = None,
        labellers: Iterable[str] = (),
        home: Home | None = None,
        labels: Labels | None = None,
    ) -> None:
        self._store = store
        self._now_ms = now_ms
        self._labels = EntryLabels(labels or store, labellers)
        self._authors = AuthorFacts(store, lists or {}, self._labels)
        self._coordination = CoordinationFacts(store, home)
        self._weeks: dict[bytes, int] = {}

    def facts_of(self, entries: Sequence[StoredEntry], *, as_written: bool = False) -> list[Facts]:
        """Facts of entries that are looked at together, in the versions that are shown, or as they
        were first written."""
        bodies = BodyFacts(self._store, entries, as_written=as_written)
        conversations = ConversationFacts(self._store, self._authors, entries, bodies)
        labels = LabelFacts(self._labels, entries)
        gather: dict[str, Gather] = {
            **self._headers,
            **bodies.facts,
            **self._authors.facts,
            **conversations.facts,
            **labels.facts,
            **self._coordination.facts,
        }
        begun: dict[str, Gather] = dict(gather)
        for name in (*_OF_BARE_POSTS, "text"):
            begun[name] = partial(_first, name, bodies, gather)
        return [cast(Facts, StoredFacts(entry, begun)) for entry in entries]

    def facts_of_account(self, account: bytes) -> Facts:
        """The facts of an account without any entry: who it is, its lists, its distance."""
        gather = {**self._authors.facts, "account": lambda facts: key_text(facts.entry.account)}
        return cast(Facts, StoredFacts(cast(StoredEntry, _Author(account)), gather))

    @cached_property
    def _headers(self) -> dict[str, Gather]:
        return {
            "account": lambda facts: key_text(facts.entry.account),
            "feed": lambda facts: key_text(facts.entry.feed),
            "id": lambda facts: id_text(facts.entry.id),
            "age": lambda facts: max(self._now_ms - facts.entry.sort_ms, 0) // 1000,
            "posts_week": lambda facts: self._posts_week(facts.entry.account),
        }

    def _posts_week(self, account: bytes) -> int:
        if account not in self._weeks:
            self._weeks[account] = posts_of_week(self._store, account, self._now_ms)
        return self._weeks[account]
