"""The text of a tweet: entities decoded, t.co links replaced by their targets."""

import html
import re
from typing import Final

from ..json.json_values import Json, as_object, encodable, objects, text_of

# With the semicolon only: `?a=1&copy=2` in a link must stay as it is.
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_SHORT_LINK: Final = re.compile(r"https?://t\.co/[A-Za-z0-9]+")
_REPOST: Final = re.compile(r"\s*RT @\w")

Links = dict[str, str]
"""Short link, without its scheme, to target."""


def decoded(text: str) -> str:
    """`text` with HTML entities turned into what they stand for, once."""
    return encodable(_ENTITY.sub(lambda match: html.unescape(match[0]), text))


def is_repost(record: Json, text: str) -> bool:
    """Whether the words are someone else's: marked so, or begun with `RT @name`.

    Only the layout of 2013 marks them; it and later ones cut the text off, too.
    """
    return "retweeted_status" in record or bool(_REPOST.match(text))


def links_of(record: Json) -> Links:
    """The short links that the archive itself explains, pictures included."""
    found: Links = {}
    for field in ("entities", "extended_entities"):
        entities = as_object(record.get(field))
        for entity in (*objects(entities.get("urls")), *objects(entities.get("media"))):
            _add(found, text_of(entity, "url"), text_of(entity, "expanded_url"))
    return found


def media_links_of(record: Json) -> list[str]:
    """The short links that stand for the pictures and films of a post."""
    found = [
        text_of(entity, "url") or ""
        for field in ("entities", "extended_entities")
        for entity in objects(as_object(record.get(field)).get("media"))
    ]
    return [_bare(link) for link in found]


def note_links_of(core: Json) -> Links:
    """The short links of a long text, whose fields have other names."""
    found: Links = {}
    for entity in objects(core.get("urls")):
        _add(found, text_of(entity, "shortUrl"), text_of(entity, "expandedUrl"))
    return found


def _add(found: Links, short: str | None, target: str | None) -> None:
    if short and target:
        found.setdefault(_bare(short), target)


def _bare(link: str) -> str:
    """Without the scheme: early archives shorten to http in one place, https in another."""
    return link.partition("://")[2]


def expanded(text: str, links: Links) -> str:
    """`text` with every explained short link replaced by its target.

    A target that is a short link itself is followed one step.
    """

    def target(match: re.Match[str]) -> str:
        first = links.get(_bare(match[0]), match[0])
        return links.get(_bare(first), first)

    return _SHORT_LINK.sub(target, text)


def without_short_links_at_end(text: str) -> str:
    """`text` without the links to pictures and quoted posts that stand after it."""
    words = text.rstrip()
    while words:
        head, space, last = words.rpartition(" ")
        if not _SHORT_LINK.fullmatch(last):
            break
        words = head.rstrip() if space else ""
    return words
