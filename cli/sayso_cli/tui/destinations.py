"""The destinations that one can go to from any other: what a screen needs to be made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .rows import AnyRow

if TYPE_CHECKING:
    from sayso_protocol.filters.rules import Rules


@dataclass(frozen=True, slots=True)
class Timeline:
    """The posts of all, at the bottom of all other destinations."""


@dataclass(frozen=True, slots=True)
class Notifications:
    """What others did to the owner."""


@dataclass(frozen=True, slots=True)
class People:
    """Whom the owner follows, mutes and blocks."""


@dataclass(frozen=True, slots=True)
class Filters:
    """The rules of the home."""


@dataclass(frozen=True, slots=True)
class Bookmarks:
    """What the owner marked."""


@dataclass(frozen=True, slots=True)
class Conversations:
    """Those with whom there are private messages."""


@dataclass(frozen=True, slots=True)
class Messages:
    """The private messages with an account."""

    account: bytes
    title: str


@dataclass(frozen=True, slots=True)
class Strangers:
    """Who knocked whom the owner does not carry."""


@dataclass(frozen=True, slots=True)
class Help:
    """What keys do."""


@dataclass(frozen=True, slots=True)
class Thread:
    """The conversation that an entry stands in."""

    entry_id: str


@dataclass(frozen=True, slots=True)
class Search:
    """What has the words that were typed."""

    typed: str


@dataclass(frozen=True, slots=True)
class Author:
    """The posts of an account."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Why:
    """Why an entry is shown as it is."""

    entry_id: str


@dataclass(frozen=True, slots=True)
class RuleForm:
    """A rule that is to be written."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What other rules would change, before `save` lets them count."""

    heading: str
    rules: Callable[[], Rules]
    save: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Compose:
    """A post that is to be written: `reply` and `quote` are ids, `edit` that of an own post, whose
    words and warning come along; `about` are the rows of what is answered or quoted."""

    reply: str | None = None
    quote: str | None = None
    edit: str | None = None
    about: Sequence[AnyRow] = ()
    text: str = ""
    warn: str = ""


Destination = (
    Timeline
    | Notifications
    | People
    | Filters
    | Bookmarks
    | Conversations
    | Messages
    | Strangers
    | Help
    | Thread
    | Search
    | Author
    | Why
    | RuleForm
    | Effect
    | Compose
)
