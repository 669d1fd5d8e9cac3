"""What others wrote, as HTML: made safe to see first, then escaped, in this one place.

Escaping alone is not enough: a control character could turn the line after it round, and what an
account calls itself could pass for a name that the owner gave. So text goes through `foreign`,
names and links stand in ``<bdi>``, and each name says whose word it is.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from markupsafe import Markup, escape

from sayso_protocol.text.hosts import fold_host, shown_host
from sayso_protocol.translation import _

from ...accounts.name_text import NAMELESS, SHORT_KEY, own_words, recognition_parts, with_names
from ...accounts.names import Name, Names
from ...clock import now_ms
from ...entries.urls import host_place, link_places
from ...text.relative_time import exact_time, for_people
from ...text.sanitize import foreign, foreign_line
from ...timestamps import time_text

MAX_HREF: Final = 2083
"""Bytes of an address that a browser is given; a longer one is text."""

_IN_PATH: Final = "!#$%&'()*+,-./:;=?@_~"
"""Signs that stay as they are behind the host (RFC 3986, appendix A, without brackets)."""

_LINK: Final = Markup(
    '<a href="{}" rel="noopener noreferrer nofollow ugc"><bdi>{}<b>{}</b>{}</bdi></a>'
)


def text_html(text: str) -> Markup:
    """A text of many lines; links lead on, with their host to be seen."""
    if "://" not in text:
        return escape(foreign(text))
    parts, at = list[Markup](), 0
    for start, end in link_places(text):
        parts += escape(foreign(text[at:start])), _link(text[start:end])
        at = end
    return Markup("").join([*parts, escape(foreign(text[at:]))])


def line_html(text: str) -> Markup:
    """A text in one line, apart from what stands around it."""
    return Markup("<bdi>{}</bdi>").format(foreign_line(text))


def _link(link: str) -> Markup:
    first, stop = host_place(link)
    host, rest = link[first:stop], link[stop:]
    href = link[:first].lower() + _ascii_host(host) + quote(rest, safe=_IN_PATH)
    if len(href) > MAX_HREF:
        return Markup("<bdi>{}</bdi>").format(foreign(link))
    shown = (link[:first], foreign_line(shown_host(host)), foreign(rest))
    return _LINK.format(href, *shown)


def _ascii_host(host: str) -> str:
    """A host as DNS has it (RFC 5891, RFC 3492)."""
    return ".".join(
        part if part.isascii() else f"xn--{part.encode('punycode').decode()}"
        for part in fold_host(host).split(".")
    )


def name_html(name: Name) -> Markup:
    """Who an account is. The owner's word for it stands behind ``@`` and is bold; what an account
    calls itself stands in quotation marks and never is, whatever it says."""
    if name.petname:
        return Markup('<bdi class="petname">@{}</bdi>').format(foreign_line(name.petname))
    if name.is_own:
        own = foreign_line(name.profile or NAMELESS)
        return Markup('<bdi class="petname">{}</bdi> {}').format(own, _("(you)"))
    if name.profile:
        said = foreign_line(own_words(name.profile))
        made = Markup('<bdi class="self-named">{}</bdi>').format(said)
        beside = foreign_line(", ".join(recognition_parts(name)))
        return made + Markup(" <small>({})</small>").format(beside) if beside else made
    return Markup('<span class="self-named">{}</span>').format(NAMELESS)


def key_html(key: str) -> Markup:
    """The beginning of an account's key, which stands beside each name that can be made alike."""
    return Markup('<code class="key">{}…</code>').format(key[:SHORT_KEY])


def rule_html(text: str, names: Names) -> Markup:
    """The name of a rule, or another text of the owner's with keys in it, which are named."""
    return line_html(with_names(text, names))


def advice_html(text: str) -> Markup:
    """A message of ours: what stands between backticks is to be typed."""
    parts = foreign(text).split("`")
    if len(parts) % 2 == 0:
        return escape(foreign(text))
    made = (
        Markup("<code>{}</code>").format(part) if at % 2 else escape(part)
        for at, part in enumerate(parts)
    )
    return Markup("").join(made)


def moment_html(time_ms: int) -> Markup:
    """A time as a person says it, and exactly for who points at it and for programs."""
    made = Markup('<time datetime="{}" title="{}">{}</time>')
    return made.format(time_text(time_ms), exact_time(time_ms), for_people(time_ms, now_ms()))
