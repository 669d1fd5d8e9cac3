"""Twitter and X exports: the layouts of 2013, 2020 and 2024.

Order is by id, which rises with time, because the layout of 2013 gives posts from before
November 2010 the time 00:00:00. Of an edited post the last version in the archive counts.
Posts to communities are public on X, and are taken like others. What followers, or a
circle, could read alone is taken only when the owner asks for private posts; a post that
stands in a circle's file and in another one was for the circle. Where an archive of that time has
no such file, what was written then is doubtful: the owner has to say whether it was public.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from sayso_protocol.translation import _, mark

from .. import archive_limits
from ..collector import Collector
from ..container.container import Container
from ..json.json_stream import ArrayReader, BrokenListError, WrongHeaderError
from ..json.json_values import (
    Json,
    as_object,
    decimal_id,
    identifier,
    language,
    objects,
    tags,
    text_of,
)
from ..model import Archive, ArchivedPost, ArchivedRepost, ArchiveError, Audience, Reason
from ..time_formats import parse_twitter, snowflake_ms
from . import export_files
from .long_texts import Notes
from .owner_lists import read_lists, read_profile
from .tweet_media import TweetMedia
from .tweet_text import decoded, is_repost, links_of, media_links_of

_UNREAD: Final = {
    "direct-messages.js": mark("direct messages"),
    "direct-messages-group.js": mark("direct messages"),
    "lists-created.js": "lists",
    "block.js": mark("whom you blocked"),
    "mute.js": mark("whom you muted"),
}
_CIRCLE_FROM_MS: Final = 1_661_817_600_000  # 2022-08-30, when Twitter Circle opened to all
_CIRCLE_UNTIL_MS: Final = 1_698_796_800_000  # 2023-11-01, the day after it closed


class TwitterReader:
    """Reads one export; `read` gives the result."""

    def __init__(self, container: Container, base: str, *, include_private: bool) -> None:
        self._container = container
        self._base = base
        self._names = container.names()
        self._private_too = include_private
        self._found = Collector("twitter")
        self._notes = Notes()
        self._drafts: dict[int, ArchivedPost] = {}
        self._seen: set[int] = set()
        self._versions: dict[int, list[int]] = {}
        self._media = TweetMedia(container, base)
        self._owner = self._find_owner()
        self._protected = self._is_protected()
        self._knows_no_circle = not export_files.files_of(export_files.CIRCLE, base, self._names)

    def read(self) -> Archive:
        """All posts.

        Raises ArchiveError if no post file can be read, or none tells whose it is.
        """
        self._read_notes()
        broken_before = self._found.broken
        # Circles first: what stands in both files was for the circle.
        self._read_posts(export_files.CIRCLE, private=True)
        for kind in (export_files.POSTS, export_files.OLD_POSTS, export_files.COMMUNITY):
            self._read_posts(kind, private=self._protected)
        if self._found.broken > broken_before and not self._seen:
            msg = _("none of the files with posts can be read; get a new copy of the archive")
            raise ArchiveError(msg)
        self._finish()
        self._found.profile = read_profile(self._container, self._base, self._records, self._owner)
        self._found.lists = read_lists(self._records)
        names = [name.removeprefix(self._base) for name in self._names]
        self._found.note_unread(names, _UNREAD)
        return self._found.archive()

    # -- whose archive this is

    def _find_owner(self) -> str | None:
        for kind in (export_files.ACCOUNT, export_files.OLD_ACCOUNT):
            for _place, record in self._records(kind):
                details = as_object(record.get("account", record))
                return identifier(details.get("accountId") or details.get("id"))
        return None

    def _is_protected(self) -> bool:
        """Whether the last change known made the account readable to followers only."""
        changes = [
            as_object(record.get("protectedHistory", record))
            for _, record in self._records(export_files.PROTECTED)
        ]
        if not changes:
            return False
        last = max(changes, key=lambda change: text_of(change, "protectedAt") or "")
        return not (text_of(last, "action") or "").lower().startswith("un")

    def _is_owners(self, tweet: Json) -> bool:
        user = as_object(tweet.get("user"))
        author = identifier(user.get("id_str") or user.get("id") or tweet.get("user_id_str"))
        if author is None:
            return True
        if self._owner is None:
            msg = _(
                "the archive does not say whose it is: its file user_details.js or account.js "
                "is missing or broken; import the whole archive as it was downloaded"
            )
            raise ArchiveError(msg)
        return author == self._owner

    # -- records

    def _records(self, kind: export_files.FileKind) -> Iterator[tuple[str, Json]]:
        """The records of all files of a kind, each with its place for messages."""
        for name in export_files.files_of(kind, self._base, self._names):
            place = _("{name}, record 0").format(name=name)
            try:
                with self._container.open(name) as stream:
                    reader = ArrayReader(stream, kind.header, name)
                    reader.open()
                    for count, record in enumerate(reader, 1):
                        place = _("{name}, record {count}").format(name=name, count=count)
                        yield place, record
                        if kind is export_files.OLD_ACCOUNT:
                            return
            except WrongHeaderError:
                self._found.unreadable(
                    _("{name} does not begin as such a file does; not read").format(name=name)
                )
            except BrokenListError:
                self._found.unreadable(
                    _("{place}: broken after it; the rest was not read").format(place=place)
                )

    def _read_notes(self) -> None:
        for place, record in self._records(export_files.NOTES):
            if not self._notes.add(record):
                self._found.unreadable(
                    _("{place}: a long text without its text or time").format(place=place)
                )

    def _read_posts(self, kind: export_files.FileKind, *, private: bool) -> None:
        for place, record in self._records(kind):
            tweet = as_object(record.get("tweet", record))
            number = decimal_id(tweet.get("id_str")) or decimal_id(tweet.get("id"))
            text = text_of(tweet, "full_text", "text")
            if number is None or text is None or len(text) > archive_limits.MAX_TEXT_CHARS:
                self._found.unreadable(
                    _("{place}: lacks its id or text, or is far too long").format(place=place)
                )
            elif number in self._seen:
                self._found.skip(Reason.DUPLICATE)
            else:
                self._seen.add(number)
                self._take(number, tweet, decoded(text), private=private)

    def _take(self, number: int, tweet: Json, text: str, *, private: bool) -> None:
        if not self._is_owners(tweet):
            self._found.skip(Reason.SOMEONE_ELSES)
        elif is_repost(tweet, text):
            self._take_repost(number, tweet, is_public=not (private or _is_restricted(tweet)))
        elif not (private or _is_restricted(tweet)):
            self._draft(number, tweet, text, Audience.PUBLIC)
        elif self._private_too:
            self._draft(number, tweet, text, Audience.LIMITED)
        else:
            self._found.skip(Reason.NOT_PUBLIC)

    def _take_repost(self, number: int, tweet: Json, *, is_public: bool) -> None:
        """Keep a repost where the archive says of what, as the layout of 2013 does."""
        shown = as_object(tweet.get("retweeted_status"))
        of = decimal_id(shown.get("id_str")) or decimal_id(shown.get("id"))
        written_ms = parse_twitter(text_of(tweet, "created_at") or "") or snowflake_ms(number)
        if of is None or written_ms is None or not is_public:
            self._found.skip(Reason.REPOST)
            return
        link = f"https://twitter.com/i/web/status/{of}"
        self._found.repost(ArchivedRepost(_origin(of), link, _origin(number), written_ms))

    def _draft(self, number: int, tweet: Json, text: str, audience: Audience) -> None:
        written_ms = parse_twitter(text_of(tweet, "created_at") or "") or snowflake_ms(number)
        if written_ms is None:
            self._found.no_time(_("post {number}").format(number=number))
            return
        if audience is Audience.PUBLIC and self._is_perhaps_for_circle(written_ms):
            audience = Audience.CIRCLE_PERHAPS
        media, lost = self._media.of(number, tweet)
        links = links_of(tweet)
        if media and not lost:
            links |= dict.fromkeys(media_links_of(tweet), "")
        whole = self._notes.completed(text, links, written_ms)
        if not whole.strip() and not media:
            self._found.skip(Reason.NO_TEXT)
            return
        self._versions[number] = _versions(tweet)
        made = _post(number, tweet, whole.rstrip() if media else whole, written_ms, audience)
        self._drafts[number] = replace(made, media=media, lost=lost)

    # -- what only shows at the end

    def _finish(self) -> None:
        latest = self._latest_versions()
        for number, post in self._drafts.items():
            if number in latest:
                self._found.skip(Reason.OLDER_VERSION)
                continue
            answered = latest.get(_number(post.reply_to))
            fixed = replace(post, reply_to=_origin(answered)) if answered else post
            self._found.keep((0, number, 0), fixed)
        for _note in range(self._notes.left()):
            # It may be of a post that was deleted or not public: no way to tell.
            self._found.skip(Reason.LONG_TEXT_ALONE)

    def _latest_versions(self) -> dict[int, int]:
        """Older version of an edited post to the latest one in the archive."""
        latest: dict[int, int] = {}
        for versions in self._versions.values():
            held = [number for number in versions if number in self._drafts]
            latest.update((older, held[-1]) for older in held[:-1])
        return latest

    def _is_perhaps_for_circle(self, written_ms: int) -> bool:
        """Whether a post may have been for a circle, and no file says which ones were."""
        return self._knows_no_circle and _CIRCLE_FROM_MS <= written_ms < _CIRCLE_UNTIL_MS


def _post(number: int, tweet: Json, text: str, written_ms: int, audience: Audience) -> ArchivedPost:
    answered = decimal_id(
        tweet.get("in_reply_to_status_id_str") or tweet.get("in_reply_to_status_id")
    )
    hashtags = objects(as_object(tweet.get("entities")).get("hashtags"))
    return ArchivedPost(
        origin=_origin(number),
        written_ms=written_ms,
        text=text,
        reply_to=_origin(answered) if answered else None,
        lang=language(tweet.get("lang")),
        tags=tags([text_of(tag, "text") for tag in hashtags]),
        audience=audience,
    )


def _origin(number: int) -> str:
    return f"twitter:{number}"


def _number(origin: str | None) -> int:
    """The number in an origin made by `_origin`; 0, which no post has, for None."""
    return int(origin.partition(":")[2]) if origin else 0


def _is_restricted(tweet: Json) -> bool:
    """Whether the record itself says that only some could read it."""
    protected = as_object(tweet.get("user")).get("protected")
    followers_only = as_object(tweet.get("scopes")).get("followers")
    return protected is True or followers_only is True


def _versions(tweet: Json) -> list[int]:
    """All versions of an edited post, oldest first; empty if it was never edited."""
    info = as_object(tweet.get("edit_info"))
    initial = as_object(info.get("initial")) or as_object(
        as_object(info.get("edit")).get("editControlInitial")
    )
    listed = initial.get("editTweetIds")
    numbers = [decimal_id(value) for value in listed] if isinstance(listed, list) else []
    known = sorted(number for number in numbers if number is not None)
    return known if len(known) > 1 else []
