"""Long texts, which X keeps apart from the posts that they belong to.

`note-tweet.js` has ids of its own and nothing that points to the post; `tweets.js` has the
post with its text cut off after 280 characters. They belong together when they are of
the same moment and the cut text begins the long one.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from .. import archive_limits
from ..json.json_values import Json, as_object, text_of
from ..time_formats import parse_rfc3339
from .tweet_text import Links, expanded, note_links_of, without_short_links_at_end

_ANSWERED: Final = re.compile(r"(?:@\w+\s+)+")


@dataclass(slots=True)
class _Note:
    text: str
    links: Links
    taken: bool = False


class Notes:
    """The long texts of an archive, to be claimed by their posts."""

    def __init__(self) -> None:
        self._by_second: defaultdict[int, list[_Note]] = defaultdict(list)

    def add(self, record: Json) -> bool:
        """Take in a record of `note-tweet.js`; False if it can't be read."""
        note = as_object(record.get("noteTweet", record))
        core = as_object(note.get("core"))
        written_ms = parse_rfc3339(text_of(note, "createdAt") or "")
        text = text_of(core, "text")
        if written_ms is None or text is None or len(text) > archive_limits.MAX_TEXT_CHARS:
            return False
        links = note_links_of(core)
        self._by_second[written_ms // 1000].append(_Note(expanded(text, links), links))
        return True

    def left(self) -> int:
        """The number of those that no post has claimed."""
        return sum(not note.taken for notes in self._by_second.values() for note in notes)

    def completed(self, text: str, links: Links, written_ms: int | None) -> str:
        """The whole text of a post whose decoded `text` may be cut off, links expanded.

        Keeps the names of those answered, which the long text lacks, and adds the links
        to pictures and quoted posts that only the short one has.
        """
        second = -1 if written_ms is None else written_ms // 1000
        # The two are stored some milliseconds apart, maybe across a second.
        near = [n for s in (second, second - 1, second + 1) for n in self._by_second.get(s, ())]
        for note in near:
            front = _front(text, links, note.text)
            if front is not None and not note.taken:
                note.taken = True
                return _with_missing_links(front + note.text, text, links)
        return expanded(text, links)


def _front(text: str, links: Links, long_text: str) -> str | None:
    """The text before the long one in `text`; None if they don't belong together."""
    cut = expanded(without_short_links_at_end(text).removesuffix("…").rstrip(), links)
    answered = _ANSWERED.match(cut)
    for front in ("", answered[0] if answered else ""):
        stem = cut[len(front) :]
        if stem and long_text.startswith(stem):
            return front
    return None


def _with_missing_links(whole: str, text: str, links: Links) -> str:
    """`whole` with those targets at its end that `text` links to and it does not."""
    mentioned = (target for short, target in links.items() if short in text)
    missing = [target for target in dict.fromkeys(mentioned) if target not in whole]
    return " ".join((whole, *missing))
