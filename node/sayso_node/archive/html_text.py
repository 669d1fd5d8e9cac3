"""The HTML of Mastodon posts as plain text.

Servers send a small set of elements (https://docs.joinmastodon.org/spec/activitypub/,
"HTML sanitization"); others lose their tags and keep their text.
"""

import re
from html.parser import HTMLParser
from typing import Final

from .json_values import encodable

_SPACE: Final = re.compile(r"[ \t\r\n\f]+")
_BLANK_LINES: Final = re.compile(r"\n{3,}")
# One space after a line break is left over from the source; several are indented code.
_SPACE_AT_EDGE: Final = re.compile(r"[ \t]*\n(?: (?! ))?")
_URL_FRONT: Final = re.compile(r"^[a-z]+:(?://)?(?:www\.)?", re.IGNORECASE)
_PARAGRAPHS: Final = frozenset(
    {"p", "div", "blockquote", "pre", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"}
)
_UNSEEN: Final = frozenset({"script", "style", "template", "title"})
_SCHEMES: Final = ("http://", "https://", "gemini://", "mailto:", "magnet:", "xmpp:", "ipfs://")


class _Link:
    """An open `<a>`: its target, and the pieces of text seen inside."""

    def __init__(self, attributes: dict[str, str | None]) -> None:
        self.target = (attributes.get("href") or "").strip()
        # Mentions and hashtags read as what was typed: @name, #tag.
        self.is_word = "mention" in (attributes.get("class") or "").split()
        self.pieces: list[str] = []

    def text(self) -> str:
        """The link as the author typed it: the target, unless the link has words of its own."""
        seen = "".join(self.pieces)
        if self.is_word or not self.target.lower().startswith(_SCHEMES):
            return seen
        if _is_short_for(seen.strip(), self.target):
            return self.target
        return f"{seen.rstrip()} ({self.target})"


def _is_short_for(seen: str, target: str) -> bool:
    """Whether the text of a link is its target: whole, bare or cut off with an ellipsis."""
    bare = _URL_FRONT.sub("", target).rstrip("/")
    shown = _URL_FRONT.sub("", seen).rstrip("/")
    return not shown or shown == bare or (shown[-1] == "…" and bare.startswith(shown[:-1]))


class _Text(HTMLParser):
    """Gathers text; `finish` gives the result."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._out: list[str] = []
        self._link: _Link | None = None
        self._unseen = 0
        self._preformatted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._put("\n")
        elif tag in _PARAGRAPHS:
            self._block(tag, 1)
        elif tag == "li":
            self._put("\n- ")
        elif tag == "a":
            self._close_link()
            self._link = _Link(dict(attrs))
        elif tag == "img":
            self._put(dict(attrs).get("alt") or "")
        elif tag in _UNSEEN:
            self._unseen += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # `<p/>` and `<a/>` are not closed in HTML; only void elements come without an end.
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self._block(tag, -1)
        elif tag == "a":
            self._close_link()
        elif tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._put(data if self._preformatted else _SPACE.sub(" ", data))

    def _block(self, tag: str, step: int) -> None:
        if tag == "pre":
            self._preformatted = max(0, self._preformatted + step)
        self._put("\n\n")

    def _put(self, text: str) -> None:
        (self._link.pieces if self._link else self._out).append(text)

    def _close_link(self) -> None:
        link, self._link = self._link, None
        if link:
            self._put(link.text())

    def finish(self) -> str:
        """All text so far, with at most one empty line in a row."""
        self.close()
        self._close_link()
        lines = _SPACE_AT_EDGE.sub("\n", "".join(self._out))
        return _BLANK_LINES.sub("\n\n", lines).strip()


def html_to_text(html: str) -> str:
    """Plain text: paragraphs apart by an empty line, `<br>` as a line break, links whole.

    A link whose text is its target, shortened or not, becomes the target; one with words
    of its own becomes `words (target)`; mentions and hashtags stay as they were seen.
    """
    parser = _Text()
    parser.feed(html)
    return encodable(parser.finish())
