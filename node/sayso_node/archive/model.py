"""An archive that was read: posts, the records left out and why, and one exception."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

from sayso_protocol.translation import mark

ArchiveKind = Literal["twitter", "mastodon", "misskey", "jsonl"]


class ArchiveError(Exception):
    """The archive as a whole can't be read.

    The message is for a person: what is wrong with the file, and what to do next.
    """


class Reason(StrEnum):
    """Why a record of an archive was not taken."""

    NOT_PUBLIC = mark("not public")
    UNLISTED = mark("unlisted")
    DIRECT = mark("direct message")
    REPOST = mark("repost")
    SOMEONE_ELSES = mark("someone else's")
    DUPLICATE = mark("duplicate")
    OLDER_VERSION = mark("older version of an edited post")
    NO_TEXT = mark("no text")
    NOT_A_POST = mark("not a post")
    LONG_TEXT_ALONE = mark("long text whose post is missing")
    TIME_NOT_READ = mark("time not understood")
    UNREADABLE = mark("unreadable record")


class Audience(StrEnum):
    """For whom a post was."""

    PUBLIC = mark("public")
    UNLISTED = mark("unlisted")
    """For whoever has its address; kept out of public timelines and search."""
    LIMITED = mark("not public")
    """For followers, or for a circle."""
    CIRCLE_PERHAPS = mark("perhaps for a Twitter Circle only")
    UNKNOWN = mark("for whom it was is not known")


DOUBTFUL: Final = frozenset({Audience.CIRCLE_PERHAPS, Audience.UNKNOWN})
"""What the archive does not tell, so that the owner has to."""


class Part(StrEnum):
    """What a post had on its network and does not keep here."""

    PICTURE = mark("picture")
    VIDEO = mark("video")
    SOUND = mark("sound")
    FILE = mark("attachment")
    POLL = mark("poll")
    """Its choices stay, as text; its votes do not."""
    TAG = mark("tag that cannot be one here")


@dataclass(frozen=True, slots=True)
class ArchivedMedia:
    """A picture or the like that the archive holds: `name` is its file there, `alt` what its author
    says that it shows."""

    name: str
    part: Part
    alt: str = ""


@dataclass(frozen=True, slots=True)
class ArchivedPoll:
    """The options of a poll, which make sense here, and when it ended, Unix milliseconds."""

    options: tuple[str, ...]
    end_ms: int
    many: bool = False


@dataclass(frozen=True, slots=True)
class ArchivedRepost:
    """A repost: of the post with the origin `of`, whose address is `link`."""

    of: str
    link: str
    origin: str
    written_ms: int


@dataclass(frozen=True, slots=True)
class ArchivedProfile:
    """The owner's profile; `picture` is a file of the archive."""

    name: str | None = None
    bio: str | None = None
    picture: str | None = None


@dataclass(frozen=True, slots=True)
class ArchivedLists:
    """What only its owner uses: whom they followed, by their names elsewhere (`mo@example.org`,
    `twitter:<number>`), and the origins of the posts that they liked and marked."""

    follows: tuple[str, ...] = ()
    likes: tuple[str, ...] = ()
    bookmarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArchivedPost:
    """One own post of the archive's owner.

    `origin` names the original, namespaced by network, and is the same in every layout.
    `written_ms` is the original time in Unix milliseconds UTC, None if the archive has
    none. `text` is plain text as the author saw it: entities decoded, HTML turned into
    lines, short links replaced by their targets. `reply_to` is the origin of the post it
    replies to, `warn` the content warning, `lang` a BCP 47 tag, `tags` the hashtags that
    the archive lists, without `#`, `lost` what stays behind, a part for each piece, `media` what
    the archive holds beside it. Every string can be encoded as UTF-8.
    """

    origin: str
    written_ms: int | None
    text: str
    reply_to: str | None = None
    warn: str | None = None
    lang: str | None = None
    tags: tuple[str, ...] = ()
    audience: Audience = Audience.PUBLIC
    lost: tuple[Part, ...] = ()
    media: tuple[ArchivedMedia, ...] = ()
    poll: ArchivedPoll | None = None


@dataclass
class Skipped:
    """The numbers of records left out, by reason."""

    counts: Counter[Reason] = field(default_factory=Counter)

    def add(self, reason: Reason) -> None:
        """Count one more record left out for `reason`."""
        self.counts[reason] += 1

    def __getitem__(self, reason: Reason) -> int:
        return self.counts[reason]

    def __iter__(self) -> Iterator[tuple[Reason, int]]:
        """Reasons with their counts, most frequent first."""
        return iter(self.counts.most_common())

    @property
    def total(self) -> int:
        """All records left out."""
        return self.counts.total()


@dataclass(frozen=True, slots=True)
class Archive:
    """A read archive; iterating gives its posts oldest first, as often as wanted.

    The archive has been read to its end when this object exists: iterating raises
    nothing, and `skipped` and `errors` are complete. `errors` are short texts about
    records that could not be read, at most `archive_limits.MAX_ERRORS`; `notes` tell the owner
    what the archive leaves open and only they can decide.
    """

    kind: ArchiveKind
    posts: tuple[ArchivedPost, ...]
    skipped: Skipped
    errors: list[str]
    notes: list[str]
    reposts: tuple[ArchivedRepost, ...] = ()
    profile: ArchivedProfile = ArchivedProfile()
    lists: ArchivedLists = ArchivedLists()

    @property
    def total(self) -> int | None:
        """The number of posts that iterating gives."""
        return len(self.posts)

    def __len__(self) -> int:
        return len(self.posts)

    def __iter__(self) -> Iterator[ArchivedPost]:
        return iter(self.posts)
