"""Pictures and films of tweets, where the archive holds them: `<id>-<name of the file>` in one of
the folders that layouts have for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sayso_protocol.content.attachment import MAX_ATTACHMENTS

from .. import archive_limits
from ..attachments import media_part
from ..container.container import Container
from ..json.json_values import Json, as_object, decimal_id, objects, text_of
from ..model import ArchivedMedia, Part

_FOLDERS: Final = ("tweets_media", "tweet_media", "community_tweet_media")


class TweetMedia:
    """Finds the files of posts in one archive."""

    def __init__(self, container: Container, base: str) -> None:
        self._container = container
        self._base = base

    def of(self, number: int, tweet: Json) -> tuple[tuple[ArchivedMedia, ...], tuple[Part, ...]]:
        """What a post shows that is here, and the kinds of what is not; links to the latter stay
        in its text."""
        extended, plain = (as_object(tweet.get(f)) for f in ("extended_entities", "entities"))
        found = objects(extended.get("media")) or objects(plain.get("media"))
        here, lost = list[ArchivedMedia](), list[Part]()
        for one in found[: archive_limits.MAX_MEDIA]:
            part = media_part(one.get("type") or "photo")
            name = next(filter(self._container.has, self._names(number, one)), None)
            if name is not None and len(here) < MAX_ATTACHMENTS:
                here.append(ArchivedMedia(name, part, text_of(one, "ext_alt_text") or ""))
            else:
                lost.append(part)
        return tuple(here), tuple(lost)

    def _names(self, number: int, entity: Json) -> Iterator[str]:
        """Names that the file may have, of a film the largest form first."""
        variants = objects(as_object(entity.get("video_info")).get("variants"))
        films = sorted(variants, key=lambda one: -(decimal_id(one.get("bitrate")) or 0))
        addresses = [text_of(one, "url") for one in films]
        if not films:
            addresses = [text_of(entity, "media_url_https", "media_url")]
        for address in filter(None, addresses):
            file = address.partition("?")[0].rpartition("/")[2]
            for folder in _FOLDERS:
                yield f"{self._base}{folder}/{number}-{file}"
