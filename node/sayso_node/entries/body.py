"""The body of a stored entry, and what it refers to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sayso_protocol.content.body import MALFORMED, Body, Post, Repost, Unknown, read_body
from sayso_protocol.content.reference import Reference
from sayso_storage.index.fast_post import bare_text

_LINK = re.compile(r"https?://(?:[^\s/?#@<>\"']*@)?([^\s/?#:@<>\"']+)", re.IGNORECASE)
"""A link and its host, what stands before ``@`` left out (RFC 3986, section 3.2)."""


_AFTER: Final = ".,;!)]}"
"""What may follow a link in a sentence."""


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
