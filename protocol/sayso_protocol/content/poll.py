"""Polls, and the votes in them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Final

from ..errors import BadShape
from .fields import Fields, array, entry_id, reference, text, time, true
from .post import FIELDS as POST_FIELDS
from .reference import Reference

MIN_OPTIONS: Final = 2
MAX_OPTIONS: Final = 16
"""Most options of a poll: networks that people come from allow 4 to 10."""

MAX_OPTION: Final = 400
"""Longest option, UTF-8: 100 code points of the widest script."""


@dataclass(frozen=True, slots=True)
class Poll:
    """A question with options. `end` is the last Unix millisecond at which a vote counts, `many`
    says that a vote may choose more than one. The rest is as in a post."""

    text: str
    options: tuple[str, ...]
    end: int | None = None
    many: bool = False
    reply: Reference | None = None
    reply_version: bytes | None = None
    root: Reference | None = None
    mentions: tuple[bytes, ...] = ()
    tags: tuple[str, ...] = ()
    lang: str | None = None
    warn: str | None = None
    written: int | None = None
    origin: str | None = None
    reply_origin: str | None = None
    KIND = "poll"


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote in the poll `on`, for the options with these numbers, from 0; without any it takes
    back an earlier vote. `version` is that of the question which the voter saw."""

    on: Reference
    choices: tuple[int, ...] = ()
    version: bytes | None = None
    KIND = "vote"


def _options(value: object) -> tuple[str, ...]:
    options = array(partial(text, MAX_OPTION, least=1), MAX_OPTIONS, value)
    if len(options) < MIN_OPTIONS or len(set(options)) < len(options):
        raise BadShape("options of a poll are at least two, and differ")
    return options


def _choices(value: object) -> tuple[int, ...]:
    choices = array(_choice, MAX_OPTIONS, value)
    if any(first >= second for first, second in pairwise(choices)):
        raise BadShape("choices that do not ascend")
    return choices


def _choice(value: object) -> int:
    if type(value) is not int or not 0 <= value < MAX_OPTIONS:
        raise BadShape("the number of an option that no poll has")
    return value


_SHARED = (
    *("text", "reply", "reply_version", "root", "mentions", "tags", "lang", "warn"),
    *("written", "origin", "reply_origin"),
)

POLL_FIELDS: Fields = {
    "options": _options,
    "end": time,
    "many": true,
    **{name: POST_FIELDS[name] for name in _SHARED},
}

VOTE_FIELDS: Fields = {"on": reference, "choices": _choices, "version": entry_id}
