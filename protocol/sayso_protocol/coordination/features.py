"""Features of an entry that another account's entry can match."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from ..limits import TRACED_LINK, TRACES
from ..text.fold import fold
from ..text.hosts import fold_host
from .near_duplicates import CopyIndex
from .observation import Channel, Observation

Item = TypeVar("Item", str, bytes)

Trace = tuple[Channel, bytes]
"""A channel, and what was done in it."""

_TRACKING = re.compile(r"(?<=[?&])(?:utm_[a-z]+|fbclid|gclid|igshid|mc_[ce]id)=[^&]*&?")
"""Parameters of a link that say by which way a reader came."""


def traces(seen: Observation, copies: CopyIndex) -> Iterator[Trace]:
    """At most `TRACES` in each channel, without repeats."""
    if (cluster := copies.cluster(seen.text, seen.act.entry)) is not None:
        yield Channel.COPY, copy_item(cluster)
    for entry in _first(seen.passed_on):
        yield Channel.REPOST, entry
    if seen.links:
        for link in _first(map(plain_link, seen.links)):
            yield Channel.LINK, link.encode(errors="replace")
    if seen.tags:
        for tag in _first(map(fold, seen.tags)):
            yield Channel.TAG, tag.encode(errors="replace")


def _first(items: Iterable[Item]) -> Iterable[Item]:
    return islice(dict.fromkeys(items), TRACES) if items else ()


def copy_item(cluster: int) -> bytes:
    """The item of a cluster of near-copies."""
    return cluster.to_bytes(8, "big")


def cluster_of(item: bytes) -> int:
    """The cluster of such an item."""
    return int.from_bytes(item, "big")


def plain_link(link: str) -> str:
    """A link without what does not change where it leads."""
    bare, _, _ = link[:TRACED_LINK].partition("#")
    _, _, place = bare.rpartition("://")
    host, slash, path = place.partition("/")
    path = _TRACKING.sub("", path).rstrip("?&/")
    return f"{fold_host(host).removeprefix('www.')}{slash}{path}"
