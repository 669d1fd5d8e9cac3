"""FILE arguments, of which ``-`` is standard input or output and never a file of that name."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from sayso_protocol.translation import _

from .errors import Failure

if TYPE_CHECKING:
    from .terminal.output import Output

STDIO = "-"
_INPUT = Path("/dev/stdin")


def input_file(named: str) -> Path:
    """The file to read, which need not be a plain one. Raises `Failure` where there is no standard
    input."""
    if named != STDIO:
        return Path(named).expanduser()
    if sys.stdin is None:
        raise Failure(_("there is no standard input: name a file"))
    if sys.stdin.isatty():
        raise Failure(_("standard input is a terminal: send a file into it, or name one"))
    return _INPUT


def plain_input_file(named: str) -> Path:
    """The file to read, which must be a plain one. Raises `Failure` for standard input."""
    if named == STDIO:
        raise Failure(_("this is not read from standard input: name a file (./- for one called -)"))
    return Path(named).expanduser()


def output_file(named: str, out: Output, what: str) -> tuple[Path, BinaryIO | None]:
    """The file to write, and the stream where it is standard output: then what the command says
    goes to stderr. Raises `Failure` at a terminal, which shows no such thing."""
    if named != STDIO:
        return Path(named).expanduser(), None
    if sys.stdout.isatty():
        raise Failure(
            _("standard output is a terminal: name a file, or send the {what} into one").format(
                what=what
            )
        )
    out.deliver()
    out.make_room()
    return Path("standard output"), sys.stdout.buffer
