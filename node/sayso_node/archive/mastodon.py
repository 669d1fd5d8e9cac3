"""Mastodon exports: the activities of `outbox.json`.

Public means that the Public collection stands in `to`. A post with Public only in `cc` is
what Mastodon calls unlisted: anyone may read it who has its address, but its author kept
it out of public timelines and search on purpose. sayso spreads and indexes what it
publishes, so unlisted posts wait, like those to followers, until the owner asks for
private ones. Posts to named people only are letters and are never taken.
"""

import re
from dataclasses import replace
from typing import Final

from sayso_protocol.content.attachment import MAX_ATTACHMENTS
from sayso_protocol.translation import _, mark

from . import archive_limits, mastodon_lists
from .attachments import media_lines, media_part
from .collector import Collector
from .container.container import Container
from .html.text import html_to_text
from .json.json_stream import ArrayReader, BrokenListError, WrongHeaderError
from .json.json_values import (
    Json,
    as_object,
    identifier,
    language,
    lost_tags,
    objects,
    tags,
    text_of,
)
from .model import (
    Archive,
    ArchivedLists,
    ArchivedMedia,
    ArchivedPoll,
    ArchivedPost,
    ArchivedProfile,
    ArchivedRepost,
    ArchiveError,
    Audience,
    Part,
    Reason,
)
from .polls import archived_poll
from .time_formats import parse_rfc3339

# ActivityPub, section 5.6, allows all three spellings.
_PUBLIC: Final = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})
_POST_TYPES: Final = frozenset({"Note", "Question", "Article", "Page"})
_OUTBOX: Final = re.compile(r"(?P<base>(?:[^/]+/){0,4}?)outbox\.json")
_UNREAD: Final = {
    "lists.csv": "lists",
    "blocked_accounts.csv": mark("whom you blocked"),
    "muted_accounts.csv": mark("whom you muted"),
}
_MEDIA_FOLDER: Final = "media_attachments/"
_LIST: Final = re.compile(r'"orderedItems"\s*:\s*\[')
_OBJECT: Final = re.compile(r"\A\s*(?=\{)")


def find_base(names: list[str]) -> str | None:
    """The folder of `outbox.json`, with its `/`; None if there is none."""
    matches = (_OUTBOX.fullmatch(name) for name in names)
    bases = [match["base"] for match in matches if match]
    return min(bases, key=lambda base: (base.count("/"), base), default=None)


class MastodonReader:
    """Reads one export; `read` gives the result."""

    def __init__(self, container: Container, base: str, *, include_private: bool) -> None:
        self._container = container
        self._base = base
        self._private_too = include_private
        self._found = Collector("mastodon")
        actor = self._read_actor()
        self._owner = identifier(actor.get("id"))
        self._followers = identifier(actor.get("followers"))
        self._found.profile = self._profile(actor)

    def read(self) -> Archive:
        """All posts; raises ArchiveError if `outbox.json` has nothing readable."""
        name = self._base + "outbox.json"
        count = 0
        try:
            with self._container.open(name) as stream:
                reader = ArrayReader(stream, _LIST, name)
                reader.open()
                for count, activity in enumerate(reader, 1):
                    self._take(count, activity)
        except WrongHeaderError:
            msg = _("{name} is not an outbox: it lists no items; export your archive again").format(
                name=name
            )
            raise ArchiveError(msg) from None
        except BrokenListError:
            if not count:
                raise ArchiveError(
                    _("{name} is broken from the beginning; get a new copy").format(name=name)
                ) from None
            self._found.unreadable(
                _("{name} is broken after item {count}; the rest was not read").format(
                    name=name, count=count
                )
            )
        self._found.lists = ArchivedLists(
            mastodon_lists.read_follows(self._container, self._base),
            mastodon_lists.read_origins(self._container, f"{self._base}likes.json"),
            mastodon_lists.read_origins(self._container, f"{self._base}bookmarks.json"),
        )
        names = [name.removeprefix(self._base) for name in self._container.names()]
        self._found.note_unread(names, _UNREAD)
        return self._found.archive()

    def _profile(self, actor: Json) -> ArchivedProfile:
        icon = identifier(as_object(actor.get("icon")).get("url")) or ""
        picture = self._base + icon.lstrip("/")
        return ArchivedProfile(
            (text_of(actor, "name") or "").strip() or None,
            html_to_text(text_of(actor, "summary") or "", []) or None,
            picture if icon and self._container.has(picture) else None,
        )

    def _read_actor(self) -> Json:
        """The owner's own page; empty if it is missing or broken."""
        name = self._base + "actor.json"
        if name not in self._container.names():
            return {}
        with self._container.open(name) as stream:
            reader = ArrayReader(stream, _OBJECT, name)
            try:
                reader.open()
                return next(iter(reader), {})
            except (WrongHeaderError, BrokenListError):
                self._found.report(
                    _("{name} is broken; the author of each post was taken for the owner").format(
                        name=name
                    )
                )
                return {}

    def _take(self, position: int, activity: Json) -> None:
        kind = activity.get("type")
        post = as_object(activity.get("object"))
        if kind == "Announce":
            self._take_repost(activity)
        elif kind != "Create" or (post and text_of(post, "type") not in _POST_TYPES):
            self._found.skip(Reason.NOT_A_POST)
        elif not self._is_owners(activity, post):
            self._found.skip(Reason.SOMEONE_ELSES)
        else:
            audience = self._narrowest(activity, post)
            if isinstance(audience, Reason):
                self._found.skip(audience)
            elif audience is not Audience.PUBLIC and not self._private_too:
                self._found.skip(_NOT_PUBLIC[audience])
            else:
                self._keep(position, activity, post, audience)

    def _take_repost(self, activity: Json) -> None:
        shown = activity.get("object")
        address = identifier(as_object(shown).get("id") or shown)
        own = identifier(activity.get("id"))
        written_ms = parse_rfc3339(text_of(activity, "published") or "")
        is_public = bool(_addresses(activity.get("to")) & _PUBLIC)
        if not address or not own or written_ms is None or not is_public:
            self._found.skip(Reason.REPOST)
            return
        self._found.repost(
            ArchivedRepost(f"mastodon:{address}", address, f"mastodon:{own}", written_ms)
        )

    def _is_owners(self, activity: Json, post: Json) -> bool:
        owner = self._owner or activity.get("actor")
        author = post.get("attributedTo", activity.get("actor"))
        return activity.get("actor", author) == owner and author == owner

    def _narrowest(self, activity: Json, post: Json) -> Audience | Reason:
        """For whom a post was; the reason for which it is never taken where it is a letter.

        The envelope and the post should agree; where they don't, the closer one counts.
        """
        addressed = [item for item in (activity, post) if "to" in item or "cc" in item]
        found = {self._audience(item) for item in addressed or [post]}
        if Reason.DIRECT in found or post.get("directMessage") is True:
            return Reason.DIRECT
        closest = (Audience.LIMITED, Audience.UNLISTED)
        return next((audience for audience in closest if audience in found), Audience.PUBLIC)

    def _audience(self, item: Json) -> Audience | Reason:
        to, cc = _addresses(item.get("to")), _addresses(item.get("cc"))
        if to & _PUBLIC:
            return Audience.PUBLIC
        if cc & _PUBLIC:
            return Audience.UNLISTED
        followers = (
            self._followers
            or f"{self._owner or item.get('actor') or item.get('attributedTo')}/followers"
        )
        return Audience.LIMITED if followers in to | cc else Reason.DIRECT

    def _keep(self, position: int, activity: Json, post: Json, audience: Audience) -> None:
        address = identifier(post.get("id"))
        content = text_of(post, "content")
        if address is None or content is None or len(content) > archive_limits.MAX_TEXT_CHARS:
            self._found.unreadable(
                _("item {position} lacks its id or text, or is far too long").format(
                    position=position
                )
            )
            return
        media, lost = self._media(post)
        poll = _poll(post)
        text = _whole_text(post, content, lost, poll)
        if not text and not media:
            self._found.skip(Reason.NO_TEXT)
            return
        written_ms = parse_rfc3339(
            text_of(post, "published") or text_of(activity, "published") or ""
        )
        if written_ms is None:
            self._found.no_time(_("item {position}").format(position=position))
            return
        made = _post(post, address, written_ms, text, audience)
        if poll is not None:
            poll = replace(poll, end_ms=poll.end_ms or written_ms)
        lost_parts = (*(part for part, _tag in lost), *made.lost)
        self._found.keep(
            (written_ms, 0, position), replace(made, media=media, poll=poll, lost=lost_parts)
        )

    def _media(self, post: Json) -> tuple[tuple[ArchivedMedia, ...], list[tuple[Part, str | None]]]:
        """The attachments that the archive holds, and the others with their descriptions."""
        here, lost = list[ArchivedMedia](), list[tuple[Part, str | None]]()
        for one in objects(post.get("attachment"))[: archive_limits.MAX_MEDIA]:
            part, alt = media_part(one.get("mediaType")), text_of(one, "name", "summary")
            name = self._media_name(text_of(one, "url") or "")
            if name is not None and len(here) < MAX_ATTACHMENTS:
                here.append(ArchivedMedia(name, part, alt or ""))
            else:
                lost.append((part, alt))
        return tuple(here), lost

    def _media_name(self, url: str) -> str | None:
        """The file of an attachment: in front of its folder stands that of the server."""
        _base, folder, rest = url.partition(_MEDIA_FOLDER)
        for name in (self._base + folder + rest, self._base + url.lstrip("/")):
            if rest and self._container.has(name):
                return name
        return None


_NOT_PUBLIC: Final = {
    Audience.UNLISTED: Reason.UNLISTED,
    Audience.LIMITED: Reason.NOT_PUBLIC,
}


def _post(post: Json, address: str, written_ms: int, text: str, audience: Audience) -> ArchivedPost:
    answered = post.get("inReplyTo")
    answered_id = identifier(as_object(answered).get("id") or answered)
    hashtags = [tag for tag in objects(post.get("tag")) if tag.get("type") == "Hashtag"]
    named = [text_of(tag, "name") or "" for tag in hashtags]
    poll = (Part.POLL,) if _choices(post) else ()  # its votes
    return ArchivedPost(
        origin=f"mastodon:{address}",
        written_ms=written_ms,
        text=text,
        reply_to=f"mastodon:{answered_id}" if answered_id else None,
        warn=(text_of(post, "summary") or "").strip() or None,
        lang=_language(post),
        tags=tags([*named]),
        audience=audience,
        lost=(*poll, *lost_tags(named)),
    )


def _addresses(value: object) -> set[str]:
    """`to` and `cc` hold one address or a list of them."""
    listed = value if isinstance(value, list) else [value]
    return {address for address in listed if isinstance(address, str)}


def _poll(post: Json) -> ArchivedPoll | None:
    """The poll, where its choices can be those of one here; it ends when it ended there."""
    names = [(text_of(choice, "name") or "").strip() for choice in _choices(post)]
    ended = text_of(post, "endTime") or text_of(post, "closed") or ""
    many = bool(objects(post.get("anyOf")))
    return archived_poll(names, parse_rfc3339(ended), many=many)


def _whole_text(
    post: Json,
    content: str,
    lost: list[tuple[Part, str | None]],
    poll: ArchivedPoll | None,
) -> str:
    """The words; choices that make no poll; what is quoted; and what attachments showed that are
    not in the archive.

    Of a post without words its address comes last: there the pictures can be seen.
    """
    choices = [] if poll is not None else _choices(post)
    names = (text_of(choice, "name") for choice in choices)
    words = html_to_text(content, objects(post.get("tag")))
    lines = [words, *(f"- {name.strip()}" for name in names if name and name.strip())]
    text = "\n".join(line for line in lines if line)
    quoted = text_of(post, "quote", "quoteUrl", "quoteUri", "_misskey_quote")
    described = media_lines(lost)
    if described and not text:
        described += "\n" + (text_of(post, "url") or "")
    parts = [text, "" if not quoted or quoted in text or not words else f"RE: {quoted}", described]
    return "\n\n".join(part.strip() for part in parts if part.strip())


def _choices(post: Json) -> list[Json]:
    found = objects(post.get("oneOf")) or objects(post.get("anyOf"))
    return found[: archive_limits.MAX_CHOICES]


def _language(post: Json) -> str | None:
    """The language under which `contentMap` holds the same content."""
    spoken, content = as_object(post.get("contentMap")), post.get("content")
    return next((language(name) for name, text in spoken.items() if text == content), None)
