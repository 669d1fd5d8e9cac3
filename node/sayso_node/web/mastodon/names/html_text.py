"""Text of posts as HTML in the shape that apps of Mastodon expect.

Nothing of a text becomes markup: it is made safe to show, cut into links, tags, mentions and what
is between, and each part is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import Final, NamedTuple

from sayso_protocol.crypto.keys import key_text

from ....accounts.names import Names
from ....entries.hashtags import hashtag_places
from ....entries.urls import link_places, with_shown_hosts
from ....text.sanitize import foreign
from ...site import Site
from .addresses import account_address, tag_address
from .handles import username

_KEY: Final = r"@(?:did:key:)?(z6Mk[1-9A-HJ-NP-Za-km-z]{44})(?![1-9A-HJ-NP-Za-km-z])"
_PARAGRAPHS: Final = re.compile(r"\n{2,}")


class _Part(NamedTuple):
    start: int
    end: int
    html: str


def html_of(site: Site, names: Names, text: str, mentions: Sequence[bytes] = ()) -> str:
    """The paragraphs of a text; empty for none."""
    shown = foreign(text).strip("\n")
    if not shown:
        return ""
    parts = [
        *_links(shown),
        *_tags(site, shown),
        *_mentions(site, names, shown, mentions),
    ]
    made, at = list[str](), 0
    for part in sorted(parts, key=lambda one: (one.start, -one.end)):
        if part.start >= at:
            made += escape(shown[at : part.start]), part.html
            at = part.end
    html = "".join([*made, escape(shown[at:])])
    paragraphs = (one.replace("\n", "<br />") for one in _PARAGRAPHS.split(html))
    return "".join(f"<p>{one}</p>" for one in paragraphs)


def link_html(address: str, shown: str) -> str:
    """A link to somewhere outside."""
    return (
        f'<a href="{escape(address)}" target="_blank" rel="nofollow noopener noreferrer" '
        f'translate="no">{shown}</a>'
    )


def mention_html(site: Site, names: Names, account: bytes) -> str:
    """A link to an account, under the name that it has here."""
    return (
        f'<span class="h-card" translate="no"><a href="{escape(account_address(site, account))}" '
        f'class="u-url mention">@<span>{escape(username(names, account))}</span></a></span>'
    )


def _links(text: str) -> Iterator[_Part]:
    for start, end in link_places(text):
        address = text[start:end]
        scheme, _, rest = with_shown_hosts(address).partition("://")
        hidden = f'<span class="invisible">{escape(scheme)}://</span>'
        yield _Part(start, end, link_html(address, f'{hidden}<span class="">{escape(rest)}</span>'))


def _tags(site: Site, text: str) -> Iterator[_Part]:
    for start, end in hashtag_places(text):
        tag = text[start + 1 : end]
        html = (
            f'<a href="{escape(tag_address(site, tag))}" class="mention hashtag" rel="tag">'
            f"#<span>{escape(tag)}</span></a>"
        )
        yield _Part(start, end, html)


def _mentions(site: Site, names: Names, text: str, mentions: Sequence[bytes]) -> Iterator[_Part]:
    if not mentions or "@" not in text:
        return
    petnames = {petname: one for one in mentions if (petname := names.of(one).petname)}
    known: Mapping[str, bytes] = {key_text(one): one for one in mentions}
    words = "|".join(re.escape(one) for one in sorted(petnames, key=len, reverse=True))
    pattern = rf"(?<![\w/@])(?:{_KEY}{f'|@({words})' if words else '|@($^)'}(?!\w))"
    find: Callable[[str], Iterator[re.Match[str]]] = re.compile(pattern).finditer
    for found in find(text):
        account = known.get(found[1]) if found[1] else petnames.get(found[2] or "")
        if account is not None:
            yield _Part(found.start(), found.end(), mention_html(site, names, account))
