"""The command's side of the decoder: one child for all pictures, ended where it hangs."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from select import select
from time import monotonic
from typing import Final, NamedTuple

from . import decoder

MAX_BYTES: Final = 16 << 20
"""Bytes of a picture that is drawn: what a telephone makes, and more."""

ANSWER_SECONDS: Final = 5.0
"""How long one picture may take; the first waits for the child to start, too."""

MAX_STARTS: Final = 3
"""Children that a command starts: somebody who made pictures that end one made several."""


class Pixels(NamedTuple):
    """A small picture: `data` has 3 bytes a pixel, red, green and blue, row after row."""

    width: int
    height: int
    data: bytes


class PictureDecoder:
    """Decodes pictures in a child. Nothing is started before the first."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._starts = 0

    def decode(self, data: bytes, columns: int, rows: int) -> Pixels | None:
        """A picture in at most `columns` by `rows` pixels; None where it cannot be had."""
        if len(data) > MAX_BYTES or not self._is_there():
            return None
        child = self._child
        assert child is not None and child.stdin is not None
        try:
            child.stdin.write(decoder.REQUEST.pack(len(data), columns, rows) + data)
            child.stdin.flush()
            until = monotonic() + ANSWER_SECONDS
            width, height = decoder.ANSWER.unpack(self._read(decoder.ANSWER.size, until))
            if not (0 < width <= columns and 0 < height <= rows):
                return None
            return Pixels(width, height, self._read(3 * width * height, until))
        except (OSError, EOFError):
            self.close()  # the next picture has another child
            return None

    def _is_there(self) -> bool:
        """Start the child where none runs; False where none can be had."""
        if self._child is not None:
            return True
        found = find_spec("PIL")
        if self._starts >= MAX_STARTS or found is None or found.origin is None:
            return False
        self._starts += 1
        try:
            self._child = subprocess.Popen(  # noqa: S603 - this Python, and a file of ours
                [sys.executable, "-I", decoder.__file__, str(Path(found.origin).parents[1])],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={},
            )
        except OSError:
            return False
        return True

    def _read(self, size: int, until: float) -> bytes:
        """So many bytes of the answer. Raises `EOFError` where they do not come in time."""
        assert self._child is not None and self._child.stdout is not None
        stream, data = self._child.stdout, b""
        while len(data) < size:
            ready = select([stream], [], [], max(until - monotonic(), 0))[0]
            more = stream.read1(size - len(data)) if ready else b""  # type: ignore[attr-defined]
            if not more:
                raise EOFError
            data += more
        return data

    def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is None:
            return
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                with suppress(OSError):  # what was not written is not wanted
                    stream.close()
        child.kill()
        child.wait()
