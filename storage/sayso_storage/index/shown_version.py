"""What indexes know of an entry in the version that is shown: its edit's words and tags."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sayso_protocol.content.body import Poll, read_body

from ..interface.content.relations import MENTION
from ..interface.records import StoredEntry
from .body_facts import facts_of, texts_of


def shown_texts(body: bytes | None, edit: bytes | None) -> tuple[str, ...]:
    """What `texts_of` gives of a body, or of the edit that is shown in its place, if there is one;
    the options of a poll stay. Never raises."""
    if edit is None:
        return texts_of(body)
    poll = None if body is None else read_body(body)
    return (*texts_of(edit), *(poll.options if isinstance(poll, Poll) else ()))


def has_tag(entry: StoredEntry, edit: StoredEntry | None, folded: str) -> bool:
    """Whether an entry has a tag by what it says, or by the edit that is shown in its place."""
    if edit is None:
        return entry.body is not None and folded in facts_of(entry.body).tags
    return edit.body is not None and folded in facts_of(edit.body).edit_tags


def first_to_mention(versions: Iterable[StoredEntry], accounts: Collection[bytes]) -> bytes | None:
    """The id of the first of these versions, oldest first, that mentions one of these accounts."""
    for one in versions:
        relations = () if one.body is None else facts_of(one.body).relations
        if any(each.code == MENTION and each.subject in accounts for each in relations):
            return one.id
    return None
