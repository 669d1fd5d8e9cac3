"""Text and files on standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sayso_protocol.translation import _

from ..errors import Failure

CHUNK = 1 << 20


def text_from_input(limit: int, prompt: str) -> str:
    """The text on standard input without the line feed at its end, in any encoding that shows what
    it is. Raises `Failure` where there is none, or more than `limit` bytes."""
    from sayso_node.text_encoding import HOW_TO_SAVE, TextEncodingError, decode_text

    if sys.stdin is None:
        raise Failure(_("there is no standard input: give the text on the command line"))
    if sys.stdin.isatty():
        sys.stderr.write(
            _("{prompt}; Ctrl-D on an empty line ends it.").format(prompt=prompt) + "\n"
        )
    data = sys.stdin.buffer.read(limit + 1)
    if len(data) > limit:
        raise Failure(_("the text is too long for a post: write it as several posts"))
    try:
        return decode_text(data).removesuffix("\n")
    except TextEncodingError as error:
        raise Failure(
            _("the text is not valid UTF-8: {how_to_save}").format(how_to_save=_(HOW_TO_SAVE))
        ) from error


@contextmanager
def spooled_input() -> Iterator[Path]:
    """Standard input as a file that can be read in any order; nobody else may read it, and it is
    gone afterwards. Raises `Failure` where there is too much."""
    from tempfile import TemporaryDirectory

    from sayso_node.archive.archive_limits import MAX_STDIN_BYTES

    if sys.stdin is None or sys.stdin.isatty():
        raise Failure(_("there is nothing on standard input: name a file, or pipe one in"))
    with TemporaryDirectory(prefix="sayso-") as folder:
        path, left = Path(folder) / "standard-input", MAX_STDIN_BYTES
        with path.open("wb") as file:
            while data := sys.stdin.buffer.read(CHUNK):
                left -= len(data)
                if left < 0:
                    raise Failure(_("there is too much on standard input: name a file instead"))
                file.write(data)
        yield path
