"""Parameters of a request, whichever way an app sends them: in the address, as a form or as JSON.

Nested names are flat here, as in a form: ``poll[options][]``, ``media_attributes[0][id]``. Booleans
come as "true", "1", "on"; an array as ``id[]``, ``id`` or ``id[0]``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from typing import TYPE_CHECKING, Final

from starlette.requests import Request

from ..body import read_body
from ..form import Upload, read_form

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

MAX_VALUES: Final = 1000
MAX_DEPTH: Final = 6
MAX_TEXT: Final = 64 << 10
MAX_NAME: Final = 200
"""Characters of a name, nested or not. In JSON the same long name may stand before every value: it
would be as many copies."""

_YES: Final = frozenset(("true", "1", "on", "yes", "t"))
_NUMBER: Final = re.compile(r"-?[0-9]{1,18}")
_INDEX: Final = re.compile(r"\[[0-9]{0,4}\]")


class BadParam(ValueError):
    """A parameter that cannot be understood; the text says which, for whoever made the app."""


class Params:
    """See the module."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = (), files: Sequence[Upload] = ()) -> None:
        self._values: dict[str, list[str]] = {}
        self.files = files
        for count, (name, value) in enumerate(pairs):
            if count >= MAX_VALUES or len(value) > MAX_TEXT:
                raise BadParam("there are too many parameters")
            if not _is_text(name) or not _is_text(value):
                raise BadParam("a parameter is no Unicode text")
            self._values.setdefault(_plain(name), []).append(value)

    def has(self, name: str) -> bool:
        """Whether it was given, if only as nothing."""
        return name in self._values

    def inside(self, name: str) -> list[str]:
        """All names that are this one, in any case, or stand inside it, as ``poll[options]``."""
        return [
            one for one in self._values if one.partition("[")[0].strip().lower() == name.lower()
        ]

    def text(self, name: str) -> str | None:
        """Its last value."""
        found = self._values.get(name)
        return found[-1] if found else None

    def every(self, name: str) -> list[str]:
        """All of its values."""
        return list(self._values.get(name, ()))

    def flag(self, name: str) -> bool | None:
        """A boolean; None where it was not given."""
        found = self.text(name)
        return None if found is None or found == "" else found.lower() in _YES

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """A number, brought within bounds. Raises `BadParam`."""
        found = self.text(name)
        if found is None or found == "":
            return default
        if not _NUMBER.fullmatch(found):
            raise BadParam(f"{name} is no number")
        return min(max(int(found), least), most)

    def parts(self, name: str) -> list[Params]:
        """The elements of an array of maps, as ``name[][id]`` or ``name[0][id]``, in order. Of
        those without numbers a key that comes again begins the next."""
        return [Params(pairs) for pairs in _elements(self._values, name)]


def _is_text(text: str) -> bool:
    """Whether it can be written and sent: JSON can name a half of a surrogate pair."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _plain(name: str) -> str:
    """A name without the sign of an array at its end."""
    head, bracket, tail = name.rpartition("[")
    return head if bracket and _INDEX.fullmatch(bracket + tail) and head else name


def _elements(values: dict[str, list[str]], name: str) -> list[list[tuple[str, str]]]:
    pattern = re.compile(re.escape(name) + r"\[([0-9]{0,4})\]\[([a-z_]{1,40})\]")
    numbered: dict[int, list[tuple[str, str]]] = {}
    for key, every in values.items():
        found = pattern.fullmatch(key)
        if found is None:
            continue
        for count, value in enumerate(every):
            number = int(found[1]) if found[1] else count
            numbered.setdefault(number, []).append((found[2], value))
    return [numbered[number] for number in sorted(numbered)]


async def read_params(request: Request) -> Params:
    """The parameters of a request without files. Raises `BadParam`, `HTTPException`."""
    async with params_with_files(request, 0) as params:
        return params


@asynccontextmanager
async def params_with_files(request: Request, files: int) -> AsyncIterator[Params]:
    """The parameters of a request with at most so many files, which are removed when the context
    ends. Raises `BadParam`, `HTTPException`, `StoreError`."""
    pairs = list(request.query_params.multi_items())
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method in ("GET", "HEAD") or not kind:
        yield Params(pairs)
    elif kind == "application/json":
        yield Params([*pairs, *_from_json(await read_body(request))])
    else:
        async with read_form(request, files=files) as form:
            fields = ((key, value) for key, every in form.fields.items() for value in every)
            yield Params([*pairs, *fields], form.files)


def _from_json(body: bytes) -> list[tuple[str, str]]:
    if not body.strip():
        return []
    try:
        read = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadParam("the body is no JSON object") from error
    if not isinstance(read, dict):
        raise BadParam("the body is no JSON object")
    return list(islice(_flat(read), MAX_VALUES + 1))  # one more is refused


def _flat(value: object, name: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    if depth > MAX_DEPTH:
        raise BadParam("the body is nested too deep")
    if len(name) > MAX_NAME:
        raise BadParam("the name of a parameter is too long")
    match value:
        case dict():
            for key, one in value.items():
                yield from _flat(one, f"{name}[{key}]" if name else str(key), depth + 1)
        case list():
            for count, one in enumerate(value):
                index = str(count) if isinstance(one, dict) else ""
                yield from _flat(one, f"{name}[{index}]", depth + 1)
        case None:
            return
        case bool():
            yield name, "true" if value else "false"
        case _:
            yield name, str(value)
