"""Near-copies: texts that share most of their pieces get the number of one cluster.

MinHash (Broder 1997) makes a short signature of a text's `pieces`, in which two texts agree in
about as many places as they share pieces; signatures that agree in one of the bands
(locality-sensitive hashing) make two texts candidates, and the pieces themselves then decide: the
hash is public, and texts can be made to collide under it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import repeat
from struct import Struct
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ..limits import COPY_CANDIDATES, COPY_CLUSTERS, COPY_MIN_BYTES, COPY_SHARED_PERCENT
from .pieces import pieces_of, plain, shared_percent

if TYPE_CHECKING:
    from .state import Packed

TextsOf = Callable[[Sequence[bytes]], Mapping[bytes, str]]
"""Gives the texts of entries by their ids, without those that are not held."""

BANDS, ROWS = 6, 3
"""Texts that share 60 % of their pieces become candidates with a chance of 76 %, at 80 % of
99 %, at 30 % of 15 %: 1 - (1 - s^3)^6."""

_SIGNATURE: Final = Struct(f">{BANDS * ROWS}I")
_IN_BANDS: Final = Struct(f"{_SIGNATURE.size // BANDS}s" * BANDS)

SEED = 1
"""The same on every machine."""

Bands = tuple[bytes, ...]
"""What each band of a signature holds: its rows, each of 32 bits, most significant byte first."""


_held = dict[bytes, tuple[int, ...]].get
_take = dict[bytes, tuple[int, ...]].pop


class _Cluster(NamedTuple):
    """The first text of a cluster, as its words, the entry that it is of, and what its bands
    hold."""

    words: bytes
    entry: bytes
    bands: Bands


class CopyIndex:
    """Clusters of near-copies; the one that was not met for longest gives way to a new one."""

    def __init__(self, clusters: int = COPY_CLUSTERS) -> None:
        self._most = clusters
        self._clusters: OrderedDict[int, _Cluster] = OrderedDict()
        """By number, the one met last at the end."""
        self._exact: dict[bytes, int] = {}
        self._bands: tuple[dict[bytes, tuple[int, ...]], ...] = tuple({} for _ in range(BANDS))
        """For each band what it holds, and the newest clusters that hold the same."""
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
        text, signature, and in which of its bands it still stands. Texts are not among them."""
        return [self._next, [self._packed(*one) for one in self._clusters.items()]]

    def restore(self, packed: Packed, texts_of: TextsOf) -> None:
        """Take over what was packed, but for clusters whose text is not there any more. Raises
        `ValueError`, `TypeError`, `IndexError`, `struct.error`."""
        self._next, clusters = packed
        standing = dict[int, tuple[int, ...]]()
        texts = texts_of([entry for _, entry, *_ in clusters])
        for number, entry, signature, places in clusters:
            if entry not in texts:
                continue
            words = plain(texts[entry])
            self._clusters[number] = _Cluster(words, entry, _IN_BANDS.unpack(signature))
            self._exact[words] = number
            standing[number] = tuple(places)
        for number in sorted(standing):  # the newest stand last
            bands = self._clusters[number].bands
            for at in standing[number]:
                held = self._bands[at]
                held[bands[at]] = (*held.get(bands[at], ()), number)

    def _packed(self, number: int, cluster: _Cluster) -> Packed:
        held = zip(self._bands, cluster.bands, strict=True)
        places = bytes(at for at, (its, band) in enumerate(held) if number in its.get(band, ()))
        return [number, cluster.entry, b"".join(cluster.bands), places]

    def _look_up(self, text: str, entry: bytes | None) -> int | None:
        words = plain(text)
        if len(words) < COPY_MIN_BYTES:
            return None
        found = self._exact.get(words)
        if found is None:
            pieces = pieces_of(words)
            bands = _bands(pieces)
            met = list(map(_held, self._bands, bands))
            found = self._similar(pieces, filter(None, met)) if any(met) else None
            if found is None:
                return None if entry is None else self._add(_Cluster(words, entry, bands), met)
        if entry is not None:
            self._clusters.move_to_end(found)
        return found

    def _similar(self, pieces: Sequence[bytes], met: Iterable[tuple[int, ...]]) -> int | None:
        """The candidate that shares most, if that is enough; of equals the older."""
        mine = set(pieces)
        best, found = COPY_SHARED_PERCENT, None
        for number in sorted(set().union(*met)):
            percent = shared_percent(mine, self._clusters[number].words)
            if percent > best or (percent == best and found is None):
                best, found = percent, number
        return found

    def _add(self, cluster: _Cluster, met: Sequence[tuple[int, ...] | None]) -> int:
        """Take in a new one; `met` are the clusters that its bands name so far."""
        number, self._next = self._next, self._next + 1
        self._clusters[number] = cluster
        self._exact[cluster.words] = number
        alone = (number,)
        for its, band, others in zip(self._bands, cluster.bands, met, strict=True):
            its[band] = (*others, number)[-COPY_CANDIDATES:] if others else alone
        if len(self._clusters) > self._most:
            self._drop(*self._clusters.popitem(last=False))
        return number

    def _drop(self, number: int, cluster: _Cluster) -> None:
        del self._exact[cluster.words]
        alone = (number,)
        were = list(map(_take, self._bands, cluster.bands, repeat(alone)))
        if were.count(alone) == BANDS:  # as of most
            return
        for its, band, held in zip(self._bands, cluster.bands, were, strict=True):
            if held != alone:
                its[band] = tuple([it for it in held if it != number])


@cache
def _sketch_class() -> Any:
    from rensa import RMinHash  # only who looks for copies pays for loading it

    return RMinHash


def _bands(pieces: Sequence[bytes]) -> Bands:
    sketch = _sketch_class()(num_perm=BANDS * ROWS, seed=SEED)
    sketch.update(pieces)
    return _IN_BANDS.unpack(_SIGNATURE.pack(*sketch.digest()))
