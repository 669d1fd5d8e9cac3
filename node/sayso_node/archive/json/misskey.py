"""Notes of a Misskey account, as its settings export them: one JSON array.

Fields as in Misskey's `packages/backend/src/queue/processors/ExportNotesProcessorService.ts`. The
file names no server and no author, so ids stand alone; all notes in it are the owner's.
"""

from dataclasses import replace
from typing import Final

from sayso_protocol.translation import _

from .. import archive_limits
from ..attachments import media_lines, media_part
from ..collector import Collector
from ..model import Archive, ArchivedPoll, ArchivedPost, Audience, Part, Reason
from ..polls import archived_poll
from ..time_formats import parse_rfc3339
from .json_values import Json, as_object, encodable, identifier, objects, text_of

_AUDIENCES: Final = {
    "public": Audience.PUBLIC,
    "home": Audience.UNLISTED,
    "followers": Audience.LIMITED,
}


def is_note(record: Json) -> bool:
    """Whether an object is such a note."""
    return "createdAt" in record and "visibility" in record and "renoteId" in record


class MisskeyReader:
    """Takes one note after the other; `archive` gives the result."""

    def __init__(self, *, include_private: bool) -> None:
        self._private_too = include_private
        self._found = Collector("misskey")

    def archive(self) -> Archive:
        """All posts."""
        return self._found.archive()

    def take(self, where: str, note: Json) -> None:
        """Take in a note, or count why not."""
        own_id, text = identifier(note.get("id")), text_of(note, "text")
        if own_id is None or len(text or "") > archive_limits.MAX_TEXT_CHARS:
            self._found.unreadable(
                _("{where} is not a note with an id, or far too long").format(where=where)
            )
            return
        audience = _audience(note)
        words = _whole_text(note, text or "")
        written_ms = parse_rfc3339(text_of(note, "createdAt") or "")
        if audience is None:
            self._found.skip(Reason.DIRECT)
        elif audience is Audience.UNLISTED and not self._private_too:
            self._found.skip(Reason.UNLISTED)
        elif audience is Audience.LIMITED and not self._private_too:
            self._found.skip(Reason.NOT_PUBLIC)
        elif not words:
            self._found.skip(Reason.REPOST if note.get("renoteId") else Reason.NO_TEXT)
        elif written_ms is None:
            self._found.no_time(where)
        else:
            post = _post(note, own_id, written_ms, words, audience)
            self._found.keep((written_ms, 0, self._found.seen), post)


def _audience(note: Json) -> Audience | None:
    """For whom a note was; None for those to named people alone."""
    visibility = note.get("visibility")
    if visibility == "specified":
        return None
    audience = _AUDIENCES.get(visibility if isinstance(visibility, str) else "", Audience.UNKNOWN)
    if note.get("localOnly") is True and audience is Audience.PUBLIC:
        return Audience.LIMITED  # kept from leaving its server on purpose
    return audience


def _post(note: Json, own_id: str, written_ms: int, text: str, audience: Audience) -> ArchivedPost:
    answered = identifier(note.get("replyId"))
    lost = tuple(media_part(file.get("type")) for file in _files(note))
    votes = (Part.POLL,) if as_object(note.get("poll")) else ()
    poll = _poll(note)
    if poll is not None:
        poll = replace(poll, end_ms=poll.end_ms or written_ms)
    return ArchivedPost(
        origin=f"misskey:{own_id}",
        written_ms=written_ms,
        text=text,
        reply_to=f"misskey:{answered}" if answered else None,
        warn=(text_of(note, "cw") or "").strip() or None,
        audience=audience,
        lost=lost + votes,
        poll=poll,
    )


def _poll(note: Json) -> ArchivedPoll | None:
    """The poll, where its choices can be those of one here."""
    poll = as_object(note.get("poll"))
    choices = objects(poll.get("choices"))[: archive_limits.MAX_CHOICES]
    names = [(text_of(choice, "text") or "").strip() for choice in choices]
    ended = parse_rfc3339(text_of(poll, "expiresAt") or "")
    return archived_poll(names, ended, many=poll.get("multiple") is True)


def _whole_text(note: Json, text: str) -> str:
    """The words, the choices of a poll, and what pictures show."""
    choices = objects(as_object(note.get("poll")).get("choices"))[: archive_limits.MAX_CHOICES]
    choices = [] if _poll(note) is not None else choices
    names = (text_of(choice, "text") for choice in choices)
    words = "\n".join([text.strip(), *(f"- {name.strip()}" for name in names if name)]).strip()
    if not words and note.get("renoteId"):
        return ""
    described = [(media_part(file.get("type")), text_of(file, "comment")) for file in _files(note)]
    return encodable("\n\n".join(part for part in (words, media_lines(described)) if part))


def _files(note: Json) -> list[Json]:
    return objects(note.get("files"))[: archive_limits.MAX_MEDIA]
