"""An answer over HTTP as routers give it, put together from pieces: a part of RFC 9112.

Routers keep connections open that they were told to close, and send pieces ("chunked") to those who
did not ask for it; so both ends of a body are known here.
"""

from __future__ import annotations

import re
from typing import Final

from ...translation import _
from .limits import MAX_HTTP_ANSWER, MAX_HTTP_HEAD
from .outcome import MappingFailure, PortMappingError

_STATUS: Final = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: .*)?")
_SIZE: Final = re.compile(rb"[0-9a-fA-F]{1,6}(?:;.*)?")


def encode_request(method: str, path: str, authority: str, lines: list[str], body: bytes) -> bytes:
    """A whole request; `lines` are further ones of its head."""
    head = [
        f"{method} {path} HTTP/1.1",
        f"Host: {authority}",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *lines,
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


class HttpAnswer:
    """One answer, as its bytes come in."""

    def __init__(self) -> None:
        self.status = 0
        self.body = b""
        self._data = bytearray()
        self._fields: dict[bytes, bytes] | None = None
        self._body_at = 0

    def receive(self, data: bytes) -> bool:
        """Take the next bytes, or b"" for their end; whether the answer is whole.

        Raises `PortMappingError` where it is too long, makes no sense or is cut off."""
        self._data += data
        if len(self._data) > MAX_HTTP_ANSWER:
            raise _broken(_("an answer of more than 64 kB"))
        if self._fields is None and not self._read_head():
            if not data:
                raise _broken(_("an answer that is cut off"))
            return False
        done = self._read_body(ended=not data)
        if not data and not done:
            raise _broken(_("an answer that is cut off"))
        return done

    def _read_head(self) -> bool:
        """Read the head, once it is whole. Those before it that only announce it are skipped."""
        while True:
            head, end, _rest = bytes(self._data[: MAX_HTTP_HEAD + 4]).partition(b"\r\n\r\n")
            if not end and len(self._data) > MAX_HTTP_HEAD:
                raise _broken(_("a head of more than 8 kB"))
            if not end:
                return False
            first, *lines = head.split(b"\r\n")
            found = _STATUS.fullmatch(first)
            if found is None:
                raise _broken(_("no answer of HTTP"))
            if not found[1].startswith(b"1"):
                break
            del self._data[: len(head) + 4]
        self.status = int(found[1])
        self._body_at = len(head) + 4
        pairs = (line.partition(b":") for line in lines)
        self._fields = {name.strip().lower(): value.strip() for name, _, value in pairs}
        return True

    def _read_body(self, *, ended: bool) -> bool:
        assert self._fields is not None
        if self._fields.get(b"transfer-encoding", b"").lower() == b"chunked":
            whole = _unchunked(bytes(self._data[self._body_at :]))
            self.body = whole or b""
            return whole is not None
        length = self._fields.get(b"content-length")
        if length is not None and not re.fullmatch(rb"[0-9]{1,9}", length):
            raise _broken(_("no length that is a number"))
        end = None if length is None else self._body_at + int(length)
        done = ended if end is None else len(self._data) >= end
        if done:
            self.body = bytes(self._data[self._body_at : end])
        return done


def _unchunked(data: bytes) -> bytes | None:
    """The body that pieces make; None as long as the last of them has not come."""
    out: list[bytes] = []
    at = 0
    while (end := data.find(b"\r\n", at)) >= 0:
        if not _SIZE.fullmatch(data[at:end]):
            raise _broken(_("a piece without a size"))
        size = int(data[at:end].partition(b";")[0], 16)
        if size == 0:
            return b"".join(out)
        out.append(data[end + 2 : end + 2 + size])
        at = end + 2 + size + 2
    return None


def _broken(text: str) -> PortMappingError:
    return PortMappingError(MappingFailure.BROKEN, f"UPnP: {text}")
