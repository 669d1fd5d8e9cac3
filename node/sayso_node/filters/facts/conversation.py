"""Facts about the conversation around an entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from sayso_protocol.content.body import Body, Edit, Poll, Post
from sayso_protocol.crypto.keys import key_text
from sayso_storage.index.fast_post import names_nothing
from sayso_storage.interface.content.relations import Stance
from sayso_storage.interface.store import Store, StoredEntry

from ...entries.body import answered_by, body_of, carried_by, references_of
from ...entries.version import shown_body
from .body import BodyFacts
from .rates import Rates

if TYPE_CHECKING:
    from .author import AuthorFacts
    from .record import StoredFacts

MAX_CLIMB: Final = 256
"""Highest `reply_depth`: each step is a look into the store, and strangers make threads long."""

_NONE: Final = Post("")


class ConversationFacts:
    """The replies, reactions and reposts around the entries of one page, as the store has them."""

    def __init__(
        self, store: Store, authors: AuthorFacts, page: Sequence[StoredEntry], bodies: BodyFacts
    ) -> None:
        self._store = store
        self._author_facts = authors
        self._page = page
        self._bodies = bodies
        self._ids = [entry.id for entry in page]
        self._carried_posts: dict[bytes, Post] = {}
        self.facts: dict[str, Callable[[StoredFacts], Any]] = {
            "through": self._through,
            "carried_text": lambda facts: self._carried(facts).text,
            "carried_warn": lambda facts: self._carried(facts).warn or "",
            "replies": lambda facts: self._replies.get(facts.entry.id, 0),
            "replies_followed": self._replies_followed,
            "reply_depth": self._reply_depth,
            "rate": Rates(store, page).of,
            "reactions": lambda facts: len(self._reactions.get(facts.entry.id, ())),
            "reactions_followed": lambda facts: self._followed(self._reactions, facts),
            "reposts": lambda facts: len(self._reposts.get(facts.entry.id, ())),
            "reposts_followed": lambda facts: self._followed(self._reposts, facts),
        }

    @cached_property
    def _replies(self) -> dict[bytes, int]:
        return self._store.reply_counts(self._ids)

    @cached_property
    def _reactions(self) -> dict[bytes, list[Stance]]:
        return self._store.reactions(self._ids)

    @cached_property
    def _reposts(self) -> dict[bytes, list[Stance]]:
        return self._store.reposts(self._ids)

    def _followed(self, stances: Mapping[bytes, Sequence[Stance]], facts: StoredFacts) -> int:
        return sum(
            stance.account in self._author_facts.followed
            for stance in stances.get(facts.entry.id, ())
        )

    @cached_property
    def _reply_authors(self) -> dict[bytes, dict[bytes, int]]:
        return self._store.reply_authors(self._replies) if self._replies else {}

    def _replies_followed(self, facts: StoredFacts) -> int:
        authors = self._reply_authors.get(facts.entry.id, {})
        return sum(count for one, count in authors.items() if one in self._author_facts.followed)

    def _through(self, facts: StoredFacts) -> tuple[str, ...]:
        body = facts.body
        if isinstance(body, Post) and not (body.mentions or body.reply or body.root or body.quote):
            return ()  # most posts
        found = set(body.mentions) if isinstance(body, Post | Poll | Edit) else set()
        for reference in references_of(body):
            found.add(reference.account)
            # Whoever names another author of it does not get around a rule that way.
            found.add(self._authors.get(reference.id, reference.account))
        if not found:
            return ()
        own = self._author_facts.keys_of(facts.entry.account)
        others = {key for account in found for key in self._author_facts.keys_of(account)}
        return tuple(sorted(map(key_text, others.difference(own))))

    @cached_property
    def _authors(self) -> dict[bytes, bytes]:
        """The authors of what the page carries or answers, as far as that is held."""
        naming = (entry for entry in self._page if not names_nothing(entry.body or b""))
        bodies = map(self._bodies.of, naming)
        return self._store.authors({one.id for body in bodies for one in references_of(body)})

    def _carried(self, facts: StoredFacts) -> Post:
        """The post that an entry quotes or reposts, read once; an empty one where none is held."""
        reference = carried_by(facts.body)
        if reference is None:
            return _NONE
        if reference.id not in self._carried_posts:
            self._carried_posts[reference.id] = self._shown_post(reference.id)
        return self._carried_posts[reference.id]

    def _reply_depth(self, facts: StoredFacts) -> int:
        depth, body = 0, facts.body
        while (reply := answered_by(body)) is not None and depth < MAX_CLIMB:
            depth += 1
            above = self._body_of(reply.id)
            if above is None:
                break
            body = above
        return depth

    def _shown_post(self, entry_id: bytes) -> Post:
        """A post, or a poll as the post of its words, in the version that is shown."""
        edit = self._store.shown_edits([entry_id]).get(entry_id)
        body = shown_body(self._body_of(entry_id), edit)
        if isinstance(body, Poll):
            return Post("\n".join((body.text, *body.options)), warn=body.warn)
        return body if isinstance(body, Post) else _NONE

    def _body_of(self, entry_id: bytes) -> Body | None:
        return body_of(self._store.entry(entry_id))
