"""Secrets and lines that a person names by a file, so that they stand in no command line."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from sayso_protocol.translation import _

from .errors import Failure

STDIN = "-"
_WORDS = 24

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""Byte order marks, as editors of Windows write them."""


def first_line(named: str, what: str, limit: int) -> bytes:
    """The first line of a file. Raises `Failure` where there is none."""
    from sayso_node.home.passphrase import first_line_of

    line = first_line_of(_read(named, what, limit))
    if not line:
        raise Failure(
            _("there is no {what} in {named}: its first line is empty").format(
                what=what, named=named
            )
        )
    return line


def whole_text(named: str, what: str, limit: int, prompt: str) -> str:
    """A short text in a file, or on standard input where it is named ``-``. Raises
    `Failure`."""
    data = _from_input(what, limit, prompt) if named == STDIN else _read(named, what, limit)
    try:
        return data.decode("utf-16" if data[:2] in _UTF_16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise Failure(
            _("the {what} is not valid UTF-8: write it as plain text").format(what=what)
        ) from error


def words_of(text: str) -> str:
    """The words of a recovery phrase, as people write them down: numbered, one a line, with
    commas, in capitals. A text that is not 24 words by that stays as it is."""
    from sayso_protocol.text.fold import fold

    words = re.findall("[a-z]+", fold(text))
    return " ".join(words) if len(words) == _WORDS else text


def _read(named: str, what: str, limit: int) -> bytes:
    if named == STDIN:
        return _first_line_of_input(what, limit)
    try:
        with Path(named).expanduser().open("rb") as file:
            return file.read(limit)
    except OSError as error:
        raise Failure(
            _("cannot read the {what} in {named}: {reason}").format(
                what=what, named=named, reason=error.strerror
            )
        ) from error


def _first_line_of_input(what: str, limit: int) -> bytes:
    """So that the rest is left for whoever reads on."""
    if sys.stdin is None or sys.stdin.isatty():
        raise Failure(
            _("the {what} is not read from a terminal: name a file with it").format(what=what)
        )
    return sys.stdin.buffer.readline(limit)


def _from_input(what: str, limit: int, prompt: str) -> bytes:
    if sys.stdin is None:
        raise Failure(
            _("there is no standard input: name a file with the {what}").format(what=what)
        )
    if sys.stdin.isatty():
        sys.stderr.write(prompt + _("; Ctrl-D on an empty line ends it.") + "\n")
        sys.stderr.flush()
    return sys.stdin.buffer.read(limit)
