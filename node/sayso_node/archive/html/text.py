"""The HTML of posts as plain text that means the same.

Servers send a small set of elements (https://docs.joinmastodon.org/spec/activitypub/,
"HTML sanitization"; others some more). What changes the meaning is kept in the way in which people
write it without HTML: `~~struck out~~`, `10^6`, `> quoted`, `1.` and `-` before items, `code`,
ruby in brackets. What only looks different, as bold words, loses its tags and keeps its text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ..json.json_values import Json, encodable
from .links import LinkNames, link_text
from .tokens import Tag, tokens

_SPACE: Final = re.compile(r"[ \t\r\n\f]+")
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_LINE_ENDS: Final = re.compile(r"[ \t]+(?=\n)")
_ONE_WORD: Final = re.compile(r"[+\N{MINUS SIGN}-]?\w+(?:[.,]\w+)*")
_ORDINAL: Final = frozenset({"st", "nd", "rd", "th", "e", "er", "re", "o", "a"})
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_SECTIONS: Final = frozenset({"section", "article", "header", "footer", "aside", "main", "figure"})
_BLOCKS: Final = (
    frozenset({"p", "div", "blockquote", "pre", "ul", "ol", "dl", "table", "address", "figcaption"})
    | frozenset({"details", "summary"})
    | _HEADINGS
    | _SECTIONS
)
_UNSEEN: Final = frozenset({"script", "style", "template", "title", "rp", "head"})
_STRUCK: Final = frozenset({"del", "s", "strike"})
_SPOILER: Final = re.compile(r"(?:^|\s)(?:mfm-|inline-)?spoiler(?:\s|$)")
_VOID: Final = frozenset(
    {"br", "hr", "img", "wbr", "input", "meta", "link", "area", "col", "source"}
)
_ITEMS: Final = frozenset({"li", "dt", "dd", "td", "th", "tr"})
_INLINE: Final = frozenset({"a", "sup", "sub", "code", "q", "rt", "abbr", "span"})
_FORMULA: Final = frozenset({"math", "annotation"})
_FRAMED: Final = _BLOCKS | _UNSEEN | _STRUCK | _ITEMS | _INLINE | _FORMULA

MAX_OPEN: Final = 24
"""Elements within each other that are looked at: text is put together once more for each. Below, an
element loses its tags and keeps its text."""


class _Frame:
    """An open element, and what was written in it."""

    __slots__ = ("attributes", "last", "pieces", "step", "tag")

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.pieces: list[str] = []
        self.last = ""
        """The character that was written last."""
        self.step = 0
        """Of a list with numbers the next one."""

    def put(self, text: str) -> None:
        if text:
            self.pieces.append(text)
            self.last = text[-1]

    @property
    def text(self) -> str:
        return "".join(self.pieces)


class _Text:
    """Gathers text; `finish` gives the result."""

    def __init__(self, names: LinkNames) -> None:
        self._names = names
        self._root = _Frame("", {})
        self._open = [self._root]
        self._unseen = 0
        self._preformatted = 0

    def take(self, token: Tag | str) -> None:
        """Take in the next token."""
        if isinstance(token, str):
            self._data(token)
        elif token.is_end and token.name != "br":
            self._close(token.name)
        elif token.name in _VOID:
            self._put_void(token.name, token.attributes)
        elif token.name in _FRAMED:
            self._begin(token.name, token.attributes)

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "a":
            self._close("a")  # a link cannot hold another
        elif tag in _ITEMS:
            self._close_siblings(tag)
        self._open_frame(tag, attributes)

    def _data(self, data: str) -> None:
        if self._unseen:
            return
        if not self._preformatted:
            data = _SPACE.sub(" ", data)
            if self._before() in "\n ":
                data = data.removeprefix(" ")
        self._put(data)

    def finish(self) -> str:
        """All text so far, with at most one empty line in a row."""
        while len(self._open) > 1:
            self._close_top()
        return _tidy(self._root.text)

    @property
    def _top(self) -> _Frame:
        return self._open[-1]

    def _before(self) -> str:
        """The character before what comes next; a line feed at the beginning of a block."""
        for frame in reversed(self._open):
            if frame.last:
                return frame.last
            if frame.tag in _BLOCKS or frame.tag == "li":
                return "\n"
        return "\n"

    def _put(self, text: str) -> None:
        self._top.put(text)

    def _put_void(self, tag: str, attributes: dict[str, str]) -> None:
        if self._unseen:
            return
        if tag == "br":
            self._put("\n")
        elif tag == "hr":
            self._put("\n\n---\n\n")
        elif tag == "img":
            self._put(attributes.get("alt") or attributes.get("title") or "")

    # -- elements

    def _open_frame(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._open) > MAX_OPEN:
            if tag in _BLOCKS or tag in ("li", "tr"):
                self._put("\n")
            return
        frame = _Frame(tag, attributes)
        if tag == "ol":
            start = attributes.get("start") or ""
            frame.step = int(start) if re.fullmatch(r"-?\d{1,6}", start, re.ASCII) else 1
        self._unseen += tag in _UNSEEN or (tag == "math" and bool(attributes.get("alttext")))
        self._preformatted += tag == "pre"
        self._open.append(frame)

    def _close_siblings(self, tag: str) -> None:
        """Close an item whose end was left out before the next one of its list or table."""
        for frame in reversed(self._open):
            if frame.tag in ("ul", "ol", "dl", "table") or (frame.tag == "tr" and tag != "tr"):
                return
            if frame.tag == tag or {frame.tag, tag} in ({"dt", "dd"}, {"td", "th"}):
                self._close(frame.tag)
                return

    def _close(self, tag: str) -> None:
        if any(frame.tag == tag for frame in self._open[1:]):
            while self._close_top() != tag:
                pass

    def _close_top(self) -> str:
        frame = self._open.pop()
        alttext = (frame.attributes.get("alttext") or "") if frame.tag == "math" else ""
        self._unseen -= frame.tag in _UNSEEN or bool(alttext)
        self._preformatted -= frame.tag == "pre"
        if not self._unseen:
            self._write(frame, alttext)
        return frame.tag

    def _write(self, frame: _Frame, alttext: str) -> None:
        """Write a closed element into the one around it."""
        tag, text = frame.tag, frame.text
        if tag == "li":
            self._put("\n" + self._item(text))
        elif tag == "blockquote":
            self._put("\n\n" + _prefixed(_tidy(text), "> ", "> ") + "\n\n")
        elif tag in _BLOCKS:
            is_inner = tag in ("ul", "ol") and self._within("li")
            self._put(text + "\n" if is_inner else f"\n\n{text}\n\n")
        elif tag in ("td", "th"):
            self._put((" | " if self._top.last not in ("\n", "") else "") + text.strip())
        elif tag in ("tr", "dt", "dd"):
            self._put("\n" + text.strip("\n"))
        elif tag == "math" and alttext:
            self._put(f"${alttext}$")
        elif tag == "annotation":
            # The formula as it was typed; what stands before it is the same as a drawing.
            if (frame.attributes.get("encoding") or "").endswith("tex"):
                self._top.pieces.clear()
                text = f"${text.strip()}$"
            self._put(text)
        else:
            self._put(self._inline(frame, text))

    def _inline(self, frame: _Frame, text: str) -> str:
        tag = frame.tag
        if not text.strip():
            return link_text(frame.attributes, text, self._names) if tag == "a" else text
        if tag == "a":
            return link_text(frame.attributes, text, self._names)
        if tag in _STRUCK:
            return _around("~~", text, "~~")
        if tag == "sup":
            return _raised("^", text)
        if tag == "sub":
            return _raised("_", text)
        if tag == "code":
            is_plain = self._preformatted or "`" in text or "\n" in text
            return text if is_plain else _around("`", text, "`")
        if tag == "q":
            return _around("“", text, "”")
        if tag == "rt":
            return f"({text.strip()})"
        if tag == "abbr":
            title = (frame.attributes.get("title") or "").strip()
            return f"{text} ({title})" if title and title != text.strip() else text
        if tag == "span" and _is_spoiler(frame.attributes):
            return _around("||", text, "||")
        return text

    def _within(self, tag: str) -> bool:
        return any(frame.tag == tag for frame in self._open)

    def _item(self, text: str) -> str:
        marker = "- "
        for frame in reversed(self._open):
            if frame.tag == "ol":
                marker = f"{frame.step}. "
                frame.step += 1
            if frame.tag in ("ul", "ol"):
                break
        return _prefixed(_tidy(text), marker, " " * len(marker))


def _is_spoiler(attributes: dict[str, str]) -> bool:
    return "data-mx-spoiler" in attributes or bool(_SPOILER.search(attributes.get("class") or ""))


def _around(front: str, text: str, back: str) -> str:
    """Marks around each line of a text that has words, inside the space around it."""
    lines = text.split("\n")
    return "\n".join(
        line.replace(line.strip(), f"{front}{line.strip()}{back}", 1) if line.strip() else line
        for line in lines
    )


def _raised(sign: str, text: str) -> str:
    words = text.strip()
    if sign == "^" and words in _ORDINAL:
        return words  # 1st, 2e
    return sign + (words if _ONE_WORD.fullmatch(words) else f"({words})")


def _prefixed(text: str, first: str, others: str) -> str:
    """A text with something before each of its lines."""
    lines = text.split("\n")
    marks = [first, *[others] * (len(lines) - 1)]
    return "\n".join((mark + line).rstrip() for mark, line in zip(marks, lines, strict=True))


def _tidy(text: str) -> str:
    """A text without space at the ends of lines and without more than one empty line in a row."""
    return _BLANK_LINES.sub("\n\n", _LINE_ENDS.sub("", text)).strip("\n").rstrip().lstrip(" \t\n")


def html_to_text(html: str, tags: Sequence[Json] = ()) -> str:
    """Plain text: paragraphs apart by an empty line, `<br>` as a line break, links whole.

    A link whose text is its target, shortened or not, becomes the target; one with words
    of its own becomes `words (target)`; tags stay as they were seen, mentions get their server,
    which is found among `tags`, the post's `tag` in ActivityPub.
    """
    text = _Text(LinkNames(tags))
    for token in tokens(html):
        text.take(token)
    return encodable(text.finish())
