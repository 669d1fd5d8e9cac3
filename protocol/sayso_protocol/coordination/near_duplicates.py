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
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from struct import Struct
from typing import TYPE_CHECKING, Any, NamedTuple

from ..limits import (
    COPY_CANDIDATES,
    COPY_CLUSTERS,
    COPY_LETTERS,
    COPY_MIN_BYTES,
    COPY_SHARED_PERCENT,
)
from ..text.fold import bare

if TYPE_CHECKING:
    from .state import Packed

TextsOf = Callable[[Sequence[bytes]], Mapping[bytes, str]]
"""Gives the texts of entries by their ids, without those that are not held."""

PIECE = 4
"""Letters in a piece."""

BANDS, ROWS = 6, 3
"""Texts that share 60 % of their pieces become candidates with a chance of 76 %, at 80 % of
99 %, at 30 % of 15 %: 1 - (1 - s^3)^6."""

_SIGNATURE = Struct(f">{BANDS * ROWS}I")

SEED = 1
"""The same on every machine."""

_ASIDE = re.compile(r"https?://\S+|[@＠][\w.:-]+")
"""Addresses, and whom a text is called out to: what is changed to make a copy look new."""

_WORD = re.compile(r"\w+")


def plain(text: str) -> str:
    """Words of a text as they are compared, with single spaces; without links and mentions."""
    words = _ASIDE.sub(" ", text[: 4 * COPY_LETTERS])
    return " ".join(_WORD.findall(bare(words)))[:COPY_LETTERS]


class _Cluster(NamedTuple):
    """The first text of a cluster, the entry that it is of, its number of different pieces, and
    what its bands hold."""

    words: str
    entry: bytes
    pieces: int
    bands: tuple[int, ...]


class CopyIndex:
    """Clusters of near-copies; the one that was not met for longest gives way to a new one."""

    def __init__(self, clusters: int = COPY_CLUSTERS) -> None:
        self._most = clusters
        self._clusters: OrderedDict[int, _Cluster] = OrderedDict()
        """By number, the one met last at the end."""
        self._exact: dict[str, int] = {}
        self._bands: dict[int, tuple[int, ...]] = {}
        """What a band holds, and the newest clusters that hold the same."""
        self._next = 0

    def __len__(self) -> int:
        return len(self._clusters)

    def cluster(self, text: str, entry: bytes = b"") -> int | None:
        """The number of the cluster of an entry's text, a new one where it has none; None for a
        text too short to mean anything."""
        return self._look_up(text, entry)

    def find(self, text: str) -> int | None:
        """The same without remembering the text; None where it has no cluster."""
        return self._look_up(text, None)

    def forget(self, number: int) -> None:
        """Forget a cluster and its text, if it is there."""
        cluster = self._clusters.pop(number, None)
        if cluster is not None:
            self._drop(number, cluster)

    def packed(self) -> Packed:
        """The clusters as plain values: the next number, then of each its number, the entry of its
        text, number of pieces, what its bands hold, and in which of them it still stands. Texts are
        not among them."""
        return [self._next, [self._packed(*one) for one in self._clusters.items()]]

    def restore(self, packed: Packed, texts_of: TextsOf) -> None:
        """Take over what was packed, but for clusters whose text is not there any more. Raises
        `ValueError`, `TypeError`, `IndexError`."""
        self._next, clusters = packed
        standing = dict[int, tuple[int, ...]]()
        texts = texts_of([entry for _, entry, *_ in clusters])
        for number, entry, pieces, signature, places in clusters:
            if entry not in texts:
                continue
            words = plain(texts[entry])
            bands = _bands_of(_SIGNATURE.unpack(signature))
            self._clusters[number] = _Cluster(words, entry, pieces, bands)
            self._exact[words] = number
            standing[number] = tuple(bands[at] for at in places)
        for number in sorted(standing):  # the newest stand last
            for band in standing[number]:
                self._bands[band] = (*self._bands.get(band, ()), number)

    def _packed(self, number: int, cluster: _Cluster) -> Packed:
        rows = [band >> shift & 0xFFFFFFFF for band in cluster.bands for shift in (64, 32, 0)]
        bands = enumerate(cluster.bands)
        places = bytes(at for at, band in bands if number in self._bands.get(band, ()))
        return [number, cluster.entry, cluster.pieces, _SIGNATURE.pack(*rows), places]

    def _look_up(self, text: str, entry: bytes | None) -> int | None:
        words = plain(text)
        if len(words.encode()) < COPY_MIN_BYTES:
            return None
        found = self._exact.get(words)
        if found is None:
            pieces = _pieces(words)
            bands = _bands(pieces)
            found = self._similar(pieces, bands)
            if found is None:
                return None if entry is None else self._add(words, entry, pieces, bands)
        if entry is not None:
            self._clusters.move_to_end(found)
        return found

    def _similar(self, pieces: list[str], bands: tuple[int, ...]) -> int | None:
        """The candidate that shares most, if that is enough; of equals the older."""
        met = {number for band in bands for number in self._bands.get(band, ())}
        if not met:
            return None
        mine = set(pieces)
        shared = ((_shared_percent(mine, self._clusters[it]), -it) for it in met)
        percent, number = max(shared)
        return -number if percent >= COPY_SHARED_PERCENT else None

    def _add(self, words: str, entry: bytes, pieces: list[str], bands: tuple[int, ...]) -> int:
        number, self._next = self._next, self._next + 1
        self._enter(number, _Cluster(words, entry, len(set(pieces)), bands))
        if len(self._clusters) > self._most:
            self._drop(*self._clusters.popitem(last=False))
        return number

    def _enter(self, number: int, cluster: _Cluster) -> None:
        self._clusters[number] = cluster
        self._exact[cluster.words] = number
        for band in cluster.bands:
            self._bands[band] = (*self._bands.get(band, ()), number)[-COPY_CANDIDATES:]

    def _drop(self, number: int, cluster: _Cluster) -> None:
        del self._exact[cluster.words]
        for band in cluster.bands:
            left = tuple(it for it in self._bands.get(band, ()) if it != number)
            if left:
                self._bands[band] = left
            else:
                self._bands.pop(band, None)


@cache
def _sketch_class() -> Any:
    from rensa import RMinHash  # only who looks for copies pays for loading it

    return RMinHash


def _bands(pieces: list[str]) -> tuple[int, ...]:
    sketch = _sketch_class()(num_perm=BANDS * ROWS, seed=SEED)
    sketch.update(pieces)
    return _bands_of(sketch.digest())


def _bands_of(signature: Iterable[int]) -> tuple[int, ...]:
    """One number a band, of its place and its rows, each of 32 bits."""
    places = iter(signature)
    return tuple(
        ((at << 32 | one) << 32 | two) << 32 | three
        for at, (one, two, three) in enumerate(zip(places, places, places, strict=True))
    )


def _pieces(words: str) -> list[str]:
    """The pieces of a text, with repeats."""
    return [words[at : at + PIECE] for at in range(max(1, len(words) - PIECE + 1))]


def _shared_percent(mine: set[str], cluster: _Cluster) -> int:
    """Jaccard's index of the pieces, in percent, rounded down; 0 where their numbers alone say
    that it is too small."""
    few, many = sorted((len(mine), cluster.pieces))
    if 100 * few < COPY_SHARED_PERCENT * many:
        return 0
    shared = len(mine.intersection(_pieces(cluster.words)))
    return 100 * shared // (len(mine) + cluster.pieces - shared)
