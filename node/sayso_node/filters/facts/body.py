"""Facts that a body tells by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from sayso_protocol.content.body import MALFORMED, Body, Post, Repost, Unknown, read_body
from sayso_protocol.content.reference import Reference
from sayso_storage.index.fast_post import bare_text
from sayso_storage.interface.store import StoredEntry

if TYPE_CHECKING:
    from .gatherer import StoredFacts

_LINK = re.compile(r"https?://(?:[^\s/?#@<>\"']*@)?([^\s/?#:@<>\"']+)", re.IGNORECASE)
"""A link and its host, what stands before ``@`` left out (RFC 3986, section 3.2)."""

_AFTER: Final = ".,;!)]}"
"""What may follow a link in a sentence."""


class Bodies:
    """The bodies of one page of entries, each read once; unknown where it is not held."""

    def __init__(self) -> None:
        self._read: dict[bytes, Body] = {}
        self.facts: dict[str, Callable[[StoredFacts], Any]] = {
            "body": lambda facts: self.of(facts.entry),
            **_OF_BODIES,
        }

    def of(self, entry: StoredEntry) -> Body:
        """The body of an entry."""
        body = self._read.get(entry.id)
        if body is None:
            body = self._read[entry.id] = held_body(entry.body)
        return body


def held_body(data: bytes | None) -> Body:
    """A body as `read_body` reads it; unknown where it is not held."""
    if data is None:
        return Unknown(MALFORMED)
    text = bare_text(data)  # most are nothing else, and known in a fifth of the time
    return read_body(data) if text is None else Post(text)


def hosts_of(text: str) -> list[str]:
    """The host of each link in a text, in lower case."""
    return [host.lower().rstrip(_AFTER) for host in _LINK.findall(text)]


def carried_by(body: object) -> Reference | None:
    """What is shown together with an entry: what it reposts or quotes."""
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


def _kind(facts: StoredFacts) -> str:
    body = facts.body
    return body.kind if isinstance(body, Unknown) else body.KIND


def _of_post(read: Callable[[Post], Any], empty: Any) -> Callable[[StoredFacts], Any]:
    return lambda facts: read(facts.body) if isinstance(facts.body, Post) else empty


_OF_BODIES: Final[Mapping[str, Callable[[StoredFacts], Any]]] = {
    "kind": _kind,
    "text": _of_post(lambda post: post.text, ""),
    "tags": _of_post(lambda post: tuple(sorted({tag.casefold() for tag in post.tags})), ()),
    "lang": _of_post(lambda post: (post.lang or "").lower(), ""),
    "warn": _of_post(lambda post: post.warn or "", ""),
    "length": _of_post(lambda post: len(post.text), 0),
    "links": _of_post(lambda post: len(hosts_of(post.text)), 0),
    "hosts": _of_post(lambda post: tuple(sorted(set(hosts_of(post.text)))), ()),
    # There are no attachments yet.
    "media": lambda _: 0,
    "media_kinds": lambda _: (),
    "media_bytes": lambda _: 0,
}
