"""Features of an entry that another account's entry can match."""

from __future__ import annotations

import re
from collections.abc import Iterable
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


def traces(seen: Observation, copies: CopyIndex) -> list[Trace]:
    """At most `TRACES` in each channel, without repeats."""
    found: list[Trace] = []
    if (cluster := copies.cluster(seen.text, seen.act.entry)) is not None:
        found.append((Channel.COPY, copy_item(cluster)))
    if seen.passed_on:
        found += [(Channel.REPOST, entry) for entry in _first(seen.passed_on)]
    if seen.links:
        links = _first(map(plain_link, seen.links))
        found += [(Channel.LINK, link.encode(errors="replace")) for link in links]
    if seen.tags:
        tags = _first(map(fold, seen.tags))
        found += [(Channel.TAG, tag.encode(errors="replace")) for tag in tags]
    return found


def _first(items: Iterable[Item]) -> Iterable[Item]:
    return islice(dict.fromkeys(items), TRACES)


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
