"""The body of a stored entry, and what it refers to."""

from __future__ import annotations

from collections.abc import Iterator

from sayso_protocol.content.body import Body, Poll, Post, Repost, read_body
from sayso_protocol.content.reference import Reference
from sayso_storage.index.fast_post import bare_text
from sayso_storage.interface.store import StoredEntry


def body_of(entry: StoredEntry | None) -> Body | None:
    """The body of an entry; None where the body, or the entry, is not held."""
    if entry is None or entry.body is None:
        return None
    text = bare_text(entry.body)  # most are nothing else, and known in a fifth of the time
    return read_body(entry.body) if text is None else Post(text)


def read_text(body: bytes) -> str | None:
    """The text of a post, from its body; None where it is none. Never raises."""
    text = bare_text(body)
    if text is not None:
        return text
    known = read_body(body)
    return known.text if isinstance(known, Post) else None


def carried_by(body: object) -> Reference | None:
    """The entry that is shown together with another: what that reposts or quotes."""
    match body:
        case Repost(of=reference):
            return reference
        case Post(quote=reference):
            return reference
        case _:
            return None


def references_of(body: object) -> Iterator[Reference]:
    """The entries whose words a body carries or answers."""
    match body:
        case Repost(of=reference):
            yield reference
        case Post():
            yield from filter(None, (body.reply, body.root, body.quote))
        case Poll():
            yield from filter(None, (body.reply, body.root))


def answered_by(body: object) -> Reference | None:
    """The entry that a post or a poll answers."""
    return body.reply if isinstance(body, Post | Poll) else None


def root_named(body: object) -> Reference | None:
    """The first entry of the conversation that a post or a poll stands in, as it says itself; a
    post that leaves it out answers that entry. None where it begins one."""
    return body.root or body.reply if isinstance(body, Post | Poll) else None
