"""A TOML file of the owner's as tables, or what is wrong with it, and where."""

from __future__ import annotations

import re
import tomllib
from typing import Final

from ..translation import _, mark
from .definitions import definitions
from .mistakes import BadFile, Mistake
from .values import Value

_SYNTAX: Final = re.compile(
    r"(?P<text>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|.*)\)", re.DOTALL
)

_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_SAVE: Final = mark("save the file with the encoding UTF-8")


def text_of(data: bytes, most: int) -> str:
    """The text of a file that has `most` bytes at the most. Raises `BadFile`."""
    if len(data) > most:
        raise BadFile([Mistake(0, 0, _("the file has more than {most} bytes").format(most=most))])
    # As tomllib sees it: an editor on another system may have ended lines its way.
    return decoded(data).replace("\r\n", "\n")


def decoded(data: bytes) -> str:
    """The text of a file, in UTF-8, or in UTF-16 where a mark says so; without the mark. Raises
    `BadFile`."""
    if data.startswith(_UTF_16):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise BadFile(
                [Mistake(0, 0, _("this is no UTF-16 text: {save}").format(save=_(_SAVE)))]
            ) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadFile(
            [Mistake(line, 0, _("this is no UTF-8 text: {save}").format(save=_(_SAVE)))]
        ) from error


def tables_of(text: str) -> dict[str, Value]:
    """The tables that TOML makes of a text. Raises `BadFile`."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadFile([_syntax(str(error), text)]) from error
    except RecursionError as error:
        raise BadFile([Mistake(0, 0, _("brackets are nested too deep"))]) from error


def _syntax(said: str, text: str) -> Mistake:
    found = _SYNTAX.fullmatch(said.partition("\n")[0])
    if found is None:
        return Mistake(0, 0, said)
    if found["line"]:
        return Mistake(int(found["line"]), int(found["column"]), found["text"])
    # Told of the end of the file: what begins last has no end.
    last = max((one.line for one in definitions(text)), default=1)
    return Mistake(last, 0, _("{reason}, which never comes").format(reason=found["text"]))
