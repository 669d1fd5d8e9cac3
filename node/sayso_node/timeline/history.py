"""The versions of an entry, and what changed from each to the next, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Final

from sayso_protocol.content.body import Edit, Poll, Post
from sayso_storage.interface.store import Store, StoredEntry

from ..entries.body import body_of
from ..entries.item import Version

MAX_VERSIONS: Final = 1000

SAME, NEW, GONE = "=", "+", "-"

_WORD: Final = re.compile(r"\s+|[^\W_]+|.", re.DOTALL)
"""A word, the space between two, or any other sign."""

_MAX_COMPARED: Final = 4000
"""Words of one version that are compared with those of the next: the time grows with their
product."""


def versions(store: Store, entry: StoredEntry) -> list[Version]:
    """The versions of a post or a poll, oldest first; of all else none."""
    body = body_of(entry)
    if not isinstance(body, Post | Poll):
        return []
    found = [Version(entry, body.text, body.warn)]
    for edit in store.edits(entry.id, MAX_VERSIONS):
        new = body_of(edit)
        if isinstance(new, Edit):
            changes = tuple(changes_between(found[-1].text, new.text))
            found.append(Version(edit, new.text, new.warn, changes))
    return found


def changes_between(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Stretches of a text that are the same as before, gone, or new, in order; put together without
    the gone ones they are the text after. Long texts are compared as a whole."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    if max(len(old), len(new)) > _MAX_COMPARED:
        yield from ((sign, text) for sign, text in ((GONE, before), (NEW, after)) if text)
        return
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield SAME, "".join(new[k:m])
        else:
            yield from (
                (sign, "".join(part)) for sign, part in ((GONE, old[i:j]), (NEW, new[k:m])) if part
            )
