"""Values of known types out of foreign JSON, and text that is safe to keep."""

import re
from collections.abc import Iterable
from typing import Final

from ...compose.post import is_tag
from ...text_encoding import with_line_feeds
from .. import archive_limits
from ..model import Part

Json = dict[str, object]
"""A JSON object whose values may be anything."""

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_NO_LANGUAGE: Final = frozenset({"und", "zxx", "art", "mul", "mis"})
# Withdrawn ISO 639 codes that Twitter still writes.
_RENAMED: Final = {"in": "id", "iw": "he", "ji": "yi"}


def as_object(value: object) -> Json:
    """`value` if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> list[Json]:
    """The JSON objects in a list; nothing if it is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text_of(record: Json, *names: str) -> str | None:
    """The first of the named fields that is a string, made safe to encode, its lines ended by line
    feeds."""
    for name in names:
        value = record.get(name)
        if isinstance(value, str):
            return with_line_feeds(encodable(value))
    return None


def encodable(text: str) -> str:
    r"""Replace lone surrogates, which `\ud800` in JSON makes and UTF-8 can't hold."""
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


def identifier(value: object) -> str | None:
    """An original id given as a string or a whole number; None if it can't serve as one."""
    if isinstance(value, int) and not isinstance(value, bool):
        # Twitter's numbers have 19 digits; far larger ones can't even be printed.
        return str(value) if abs(value) < 10**40 else None
    if not isinstance(value, str) or not 0 < len(value) <= archive_limits.MAX_ID_CHARS:
        return None
    return value if value.isprintable() else None


def decimal_id(value: object) -> int | None:
    """A positive whole number of at most 20 digits, given as such or as a string."""
    digits = identifier(value)
    if digits is None or len(digits) > 20 or not (digits.isascii() and digits.isdigit()):
        return None
    return int(digits)


def language(value: object) -> str | None:
    """A BCP 47 tag, or None for what isn't one or says that there is no language."""
    if not isinstance(value, str):
        return None
    tag = value.strip().replace("_", "-")
    tag = _RENAMED.get(tag, tag)
    primary = tag.partition("-")[0]
    # qaa-qtz are for private use; Twitter's mean "only a hashtag", "only a link".
    private = len(primary) == 3 and "qaa" <= primary <= "qtz"
    if private or primary in _NO_LANGUAGE or not _LANGUAGE.fullmatch(tag):
        return None
    return tag


def tags(values: list[str | None]) -> tuple[str, ...]:
    """Tags without `#`, each once, in the order given."""
    bare = (encodable(value).strip().lstrip("#＃") for value in values if value)
    return tuple(dict.fromkeys(tag for tag in bare if is_tag(tag)))[: archive_limits.MAX_TAGS]


def lost_tags(values: Iterable[str]) -> tuple[Part, ...]:
    """One part for each of these that `tags` leaves out because it can be no tag."""
    bare = (encodable(value).strip().lstrip("#＃") for value in values)
    return tuple(Part.TAG for tag in bare if tag and not is_tag(tag))
