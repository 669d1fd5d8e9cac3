"""Kinds of archived posts, and the owner's choice among them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .model import DOUBTFUL, ArchivedPost, Audience


class Kind(StrEnum):
    """What the owner chooses by; a post that was not public is of that kind above all."""

    POST = "post"
    """Begins a conversation."""
    THREAD = "thread"
    """Answers another post of the same archive."""
    REPLY = "reply"
    """Answers somebody else, whose words are not in the archive."""
    OWN_REPOST = "own-repost"
    """Shows an own post again."""
    REPOST = "repost"
    """Shows a post of somebody else, which is not here: a link to it is all that can be posted."""
    PROFILE = "profile"
    """Name, biography and picture, where the own profile has none."""
    UNLISTED = "unlisted"
    LIMITED = "limited"
    """For followers, or for a circle."""
    DOUBTFUL = "doubtful"
    """Perhaps not public: the archive does not tell."""


PUBLIC: Final = frozenset({Kind.POST, Kind.THREAD, Kind.REPLY, Kind.OWN_REPOST, Kind.PROFILE})
NOT_PUBLIC: Final = frozenset({Kind.UNLISTED, Kind.LIMITED})

_BY_AUDIENCE: Final = {Audience.UNLISTED: Kind.UNLISTED, Audience.LIMITED: Kind.LIMITED}


def kind_of(post: ArchivedPost, origins: Collection[str]) -> Kind:
    """The kind of a post; `origins` are those of all posts of its archive."""
    if post.audience in DOUBTFUL:
        return Kind.DOUBTFUL
    if post.audience in _BY_AUDIENCE:
        return _BY_AUDIENCE[post.audience]
    if post.reply_to is None:
        return Kind.POST
    return Kind.THREAD if post.reply_to in origins else Kind.REPLY


@dataclass(frozen=True, slots=True)
class Choice:
    """The kinds that are to be published; without another word what was public for sure."""

    kinds: frozenset[Kind] = PUBLIC
    media: bool = True
    """Whether pictures and films come with their posts."""
    lists: bool = True
    """Whether follows, likes and bookmarks are kept, which are published nowhere."""

    @property
    def reaches_private(self) -> bool:
        """Whether it takes what was not public."""
        return bool(self.kinds & NOT_PUBLIC)


def choice_of(only: Iterable[Kind], *, private: bool, doubtful: bool, media: bool = True) -> Choice:
    """The choice of who names kinds, or asks for what was not public or is doubtful, too. Who names
    kinds wants these alone, and no lists."""
    named = frozenset(only)
    more = (NOT_PUBLIC if private else frozenset()) | ({Kind.DOUBTFUL} if doubtful else set())
    return Choice((named or PUBLIC) | more, media, not named)
