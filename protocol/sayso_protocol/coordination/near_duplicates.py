"""Near-copies: texts that share most of their pieces get the number of one cluster.

A text's pieces are its runs of four letters, whatever the language. MinHash (Broder 1997)
makes a short signature of them, in which two texts agree in about as many places as they
share pieces; signatures that agree in one of the bands (locality-sensitive hashing) make two
texts candidates, and the pieces themselves then decide: the hash is public, and texts can
be made to collide under it.
"""

from __future__ import annotations

import re
from collections import OrderedDict

from ..limits import (
    COPY_CANDIDATES,
    COPY_CLUSTERS,
    COPY_LETTERS,
    COPY_MIN_BYTES,
    COPY_SHARED_PERCENT,
)
from ..text.fold import bare

PIECE = 4
"""Letters in a piece."""

BANDS, ROWS = 6, 3
"""Texts that share 60 % of their pieces become candidates with a chance of 76 %, at 80 % of
99 %, at 30 % of 15 %: 1 - (1 - s^3)^6."""

SEED = 1
"""The same on every machine."""

_ASIDE = re.compile(r"https?://\S+|[@＠][\w.:-]+")
"""Addresses, and whom a text is called out to: what is changed to make a copy look new."""

_WORD = re.compile(r"\w+")


def plain(text: str) -> str:
    """Words of a text as they are compared, with single spaces; without links and mentions."""
    words = _ASIDE.sub(" ", text[: 4 * COPY_LETTERS])
    return " ".join(_WORD.findall(bare(words)))[:COPY_LETTERS]


class CopyIndex:
    """Clusters of near-copies; the one that was not met for longest gives way to a new one."""

    def __init__(self, clusters: int = COPY_CLUSTERS) -> None:
        self._most = clusters
        self._texts: OrderedDict[int, str] = OrderedDict()
        """The first text of each cluster, the one met last at the end."""
        self._exact: dict[str, int] = {}
        self._bands: dict[int, tuple[int, ...]] = {}
        """What a band holds, and the newest clusters that hold the same."""
        self._next = 0

    def __len__(self) -> int:
        return len(self._texts)

    def cluster(self, text: str) -> int | None:
        """The number of the text's cluster, a new one where it has none; None for a text too
        short to mean anything."""
        return self._look_up(text, add=True)

    def find(self, text: str) -> int | None:
        """The same without remembering the text; None where it has no cluster."""
        return self._look_up(text, add=False)

    def _look_up(self, text: str, *, add: bool) -> int | None:
        words = plain(text)
        if len(words.encode()) < COPY_MIN_BYTES:
            return None
        found = self._exact.get(words)
        if found is None:
            bands = _bands(words)
            found = self._similar(words, bands)
            if found is None:
                return self._add(words, bands) if add else None
        if add:
            self._texts.move_to_end(found)
        return found

    def _similar(self, words: str, bands: list[int]) -> int | None:
        """The candidate that shares most, if that is enough; of equals the older."""
        met = {number for band in bands for number in self._bands.get(band, ())}
        if not met:
            return None
        mine = _pieces(words)
        shared = ((_shared_percent(mine, self._texts[it]), -it) for it in met)
        percent, number = max(shared)
        return -number if percent >= COPY_SHARED_PERCENT else None

    def _add(self, words: str, bands: list[int]) -> int:
        number, self._next = self._next, self._next + 1
        self._texts[number] = words
        self._exact[words] = number
        for band in bands:
            self._bands[band] = (*self._bands.get(band, ()), number)[-COPY_CANDIDATES:]
        if len(self._texts) > self._most:
            self._drop_oldest()
        return number

    def _drop_oldest(self) -> None:
        number, words = self._texts.popitem(last=False)
        del self._exact[words]
        for band in _bands(words):
            left = tuple(it for it in self._bands.get(band, ()) if it != number)
            if left:
                self._bands[band] = left
            else:
                self._bands.pop(band, None)


def _bands(words: str) -> list[int]:
    from rensa import RMinHash  # only who looks for copies pays for loading it

    sketch = RMinHash(num_perm=BANDS * ROWS, seed=SEED)
    sketch.update(list(_pieces(words)))
    signature = sketch.digest()
    return [_band(at, *signature[at * ROWS : (at + 1) * ROWS]) for at in range(BANDS)]


def _band(*parts: int) -> int:
    """One number of the band's place and its parts, each of 32 bits."""
    number = 0
    for part in parts:
        number = number << 32 | part
    return number


def _pieces(words: str) -> set[str]:
    return {words[at : at + PIECE] for at in range(max(1, len(words) - PIECE + 1))}


def _shared_percent(mine: set[str], text: str) -> int:
    """Jaccard's index of the pieces, in percent, rounded down."""
    theirs = _pieces(text)
    shared = len(mine & theirs)
    return 100 * shared // (len(mine) + len(theirs) - shared)
