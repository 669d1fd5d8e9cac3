"""Profile, follows and likes of a Twitter export."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from .. import archive_limits
from ..container.container import Container
from ..json.json_values import Json, as_object, decimal_id, text_of
from ..model import ArchivedLists, ArchivedProfile
from . import export_files
from .tweet_text import decoded

Records = Callable[[export_files.FileKind], Iterator[tuple[str, Json]]]
"""The records of all files of a kind, each with its place."""


def read_profile(
    container: Container, base: str, records: Records, owner: str | None
) -> ArchivedProfile:
    """The name, what is said of it, and the file of its picture."""
    account = _first(records(export_files.ACCOUNT), "account")
    profile = _first(records(export_files.PROFILE), "profile")
    address = (text_of(profile, "avatarMediaUrl") or "").rpartition("/")[2]
    picture = f"{base}profile_media/{owner}-{address}"
    bio = text_of(as_object(profile.get("description")), "bio") or ""
    return ArchivedProfile(
        decoded(text_of(account, "accountDisplayName") or "").strip() or None,
        decoded(bio).strip() or None,
        picture if address and owner and container.has(picture) else None,
    )


def read_lists(records: Records) -> ArchivedLists:
    """Whom the owner followed, and what they liked, by number."""
    return ArchivedLists(
        _numbers(records(export_files.FOLLOWING), "following", "accountId"),
        _numbers(records(export_files.LIKES), "like", "tweetId"),
    )


def _first(records: Iterator[tuple[str, Json]], within: str) -> Json:
    for _, record in records:
        return as_object(record.get(within, record))
    return {}


def _numbers(records: Iterator[tuple[str, Json]], within: str, field: str) -> tuple[str, ...]:
    found = (decimal_id(as_object(one.get(within, one)).get(field)) for _, one in records)
    numbers = dict.fromkeys(number for number in found if number is not None)
    return tuple(f"twitter:{one}" for one in islice(numbers, archive_limits.MAX_LISTED))
