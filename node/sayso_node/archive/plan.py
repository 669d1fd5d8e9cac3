"""What an import would publish, so that its owner sees it before anything is signed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from sayso_protocol.content.body import write_body
from sayso_protocol.errors import Refused
from sayso_storage.interface.store import Store

from .choice import Choice, Kind, kind_of
from .importer import body_of, reason_of
from .long_posts import in_parts
from .model import Archive, ArchivedPost, Reason


@dataclass(slots=True)
class Plan:
    """An import that has not happened yet. Counts are of posts as the archive has them."""

    posts: list[ArchivedPost] = field(default_factory=list)
    """Those that would be published, oldest first, too long ones in parts."""
    kinds: Counter[Kind] = field(default_factory=Counter)
    """How many of each kind would be published."""
    known: int = 0
    """Posts that are here already."""
    doubts: Counter[str] = field(default_factory=Counter)
    """Posts that are not here and were perhaps not public, by why that is not known."""
    doubtful: list[ArchivedPost] = field(default_factory=list)
    """The same posts."""
    left_out: Counter[str] = field(default_factory=Counter)
    """What stays out: posts by kind or reason, and what belongs to those that come in."""
    refused: Counter[str] = field(default_factory=Counter)
    """Posts that can be no entry, by reason."""

    @property
    def count(self) -> int:
        """The number of posts that would be published."""
        return self.kinds.total()


_UNREADABLE = (Reason.UNREADABLE, Reason.TIME_NOT_READ)
"""Reasons that are mistakes of the file, and counted as such."""


def unreadable(archive: Archive) -> int:
    """The number of records that could not be read, or whose time was not understood."""
    return sum(archive.skipped[reason] for reason in _UNREADABLE)


def make_plan(store: Store, archive: Archive, choice: Choice) -> Plan:
    """Look at all posts of an archive; nothing is written."""
    plan, known = Plan(), store.import_origins()
    origins = {post.origin for post in archive}
    for reason, count in archive.skipped:
        if reason not in _UNREADABLE:
            plan.left_out[str(reason)] += count
    for post in archive:
        _enter(plan, post, kind_of(post, origins), choice, known)
    return plan


def _enter(
    plan: Plan, post: ArchivedPost, kind: Kind, choice: Choice, known: Collection[str]
) -> None:
    parts = list(in_parts([post]))
    if all(part.origin in known for part in parts):
        plan.known += 1
        return
    if kind is Kind.DOUBTFUL:
        plan.doubts[str(post.audience)] += 1
        plan.doubtful.append(post)
    if kind not in choice.kinds:
        plan.left_out[str(kind)] += 1
        return
    why = _refusal(parts)
    if why is not None:
        plan.refused[why] += 1
        return
    plan.kinds[kind] += 1
    plan.posts += [part for part in parts if part.origin not in known]
    plan.left_out.update(str(part) for part in post.lost)


def _refusal(parts: list[ArchivedPost]) -> str | None:
    """Why a post can be no entry; None where it can be one."""
    try:
        for part in parts:
            body = body_of(part)
            write_body(body)
    except Refused as error:
        return reason_of(body, error)
    return None
