"""Text in UTF-16 as a stream of UTF-8."""

from __future__ import annotations

import codecs
import io
from typing import IO, Final, cast

_CHUNK: Final = 1 << 16


def as_utf8(inner: IO[bytes], encoding: str, mark_size: int) -> IO[bytes]:
    """A stream of text in an encoding, behind its mark of byte order, as UTF-8. What is no text is
    replaced, a character each."""
    inner.read(mark_size)
    return cast("IO[bytes]", io.BufferedReader(_Recoded(inner, encoding), _CHUNK))


class _Recoded(io.RawIOBase):
    def __init__(self, inner: IO[bytes], encoding: str) -> None:
        self._inner = inner
        self._decode = codecs.getincrementaldecoder(encoding)("replace").decode
        self._waiting = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        while not self._waiting:
            data = self._inner.read(_CHUNK)
            self._waiting = self._decode(data, not data).encode("utf-8", "replace")
            if not data:
                break
        part, self._waiting = self._waiting[: len(view)], self._waiting[len(view) :]
        view[: len(part)] = part
        return len(part)

    def close(self) -> None:
        self._inner.close()
        super().close()
