"""What an import would publish, so that its owner sees it before anything is signed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from sayso_protocol.content.body import Profile, Reference, write_body
from sayso_protocol.content.profile import MAX_BIO, MAX_NAME
from sayso_protocol.errors import Refused
from sayso_storage.interface.store import Store

from ..accounts.profile import profile_of
from .choice import Choice, Kind, kind_of
from .importer import body_of, known_origins, reason_of
from .long_posts import in_parts
from .media_intake import names_of
from .model import (
    Archive,
    ArchivedLists,
    ArchivedPost,
    ArchivedProfile,
    ArchivedRepost,
    Reason,
)
from .reposts import is_reposted


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

    reposts: list[ArchivedRepost] = field(default_factory=list)
    """Reposts of own posts that would be published."""
    media: set[str] = field(default_factory=set)
    """Files of the archive that would be attached."""
    profile: ArchivedProfile = field(default_factory=ArchivedProfile)
    """What would be put into the own profile."""
    lists: ArchivedLists = field(default_factory=ArchivedLists)
    """What would be kept for the owner alone."""

    @property
    def count(self) -> int:
        """The number of posts that would be published."""
        return self.kinds.total()

    @property
    def publishes(self) -> bool:
        """Whether anything would be signed."""
        return bool(self.posts or self.reposts) or self.profile != ArchivedProfile()


_UNREADABLE = (Reason.UNREADABLE, Reason.TIME_NOT_READ)
"""Reasons that are mistakes of the file, and counted as such."""


def unreadable(archive: Archive) -> int:
    """The number of records that could not be read, or whose time was not understood."""
    return sum(archive.skipped[reason] for reason in _UNREADABLE)


def make_plan(store: Store, archive: Archive, choice: Choice) -> Plan:
    """Look at all posts of an archive; nothing is written."""
    plan, known = Plan(), known_origins(store)
    origins = {post.origin for post in archive}
    for reason, count in archive.skipped:
        if reason not in _UNREADABLE:
            plan.left_out[str(reason)] += count
    for post in archive:
        shown = post if choice.media else replace(post, media=())
        _enter(plan, shown, kind_of(post, origins), choice, known)
    _enter_reposts(plan, store, archive, choice, known)
    plan.media = names_of(plan.posts)
    own = store.own_feed()
    if Kind.PROFILE in choice.kinds and own is not None:
        plan.profile = _new_in(archive.profile, profile_of(store, own.account))
    if choice.lists:
        plan.lists = archive.lists
    return plan


def _enter_reposts(
    plan: Plan, store: Store, archive: Archive, choice: Choice, known: Mapping[str, Reference]
) -> None:
    """Own posts that were reposted are so again, once each; of others a link can be posted."""
    to_come, seen = {post.origin for post in plan.posts}, set[str]()
    own = {post.origin for post in archive}
    for one in archive.reposts:
        if one.of not in known and one.of not in own:
            _enter(plan, _as_link(one), Kind.REPOST, choice, known)
        elif one.of in seen or (one.of in known and is_reposted(store, known[one.of])):
            plan.known += 1
        elif Kind.OWN_REPOST in choice.kinds and (one.of in known or one.of in to_come):
            seen.add(one.of)
            plan.reposts.append(one)
            plan.kinds[Kind.OWN_REPOST] += 1
        else:
            plan.left_out[str(Kind.OWN_REPOST)] += 1


def _as_link(repost: ArchivedRepost) -> ArchivedPost:
    return ArchivedPost(repost.origin, repost.written_ms, repost.link)


def _new_in(there: ArchivedProfile, own: Profile) -> ArchivedProfile:
    """What the own profile does not have yet."""
    name = there.name if there.name and len(there.name.encode()) <= MAX_NAME else None
    bio = there.bio if there.bio and len(there.bio.encode()) <= MAX_BIO else None
    return ArchivedProfile(
        None if own.name else name,
        None if own.bio else bio,
        None if own.picture else there.picture,
    )


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
