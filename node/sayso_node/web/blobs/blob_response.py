"""The answer with a blob: whole, or the ranges of it that were asked for."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Final

import trio
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from sayso_protocol.blob.cid import cid_text
from sayso_protocol.media.media_type import SNIFFED, UNKNOWN, media_type
from sayso_storage.interface.errors import StoreError

from ...errors import NodeError
from ..disconnect import leave_with_client
from ..door.headers import BLOB_POLICY
from .blob_source import CHUNK, BlobGone, BlobSource
from .byte_ranges import ByteRange, NotSatisfiable, parse_ranges

SHOWN: Final = frozenset(
    {
        "image/jpeg", "image/png", "image/gif", "image/webp", "image/avif",
        "video/mp4", "video/webm", "video/quicktime",
        "audio/mpeg", "audio/mp4", "audio/ogg", "audio/flac", "audio/wav",
    }
)  # fmt: skip
"""Types that a page may show: by their bytes, whatever an entry says of them."""

SEND_SECONDS: Final = 120.0
"""How long a client may leave a chunk lying; a player that was paused asks anew."""


class BlobResponse:
    """Gives the bytes of a source and closes it. `apart` is for addresses with a key, which pages
    of other servers may show, too."""

    def __init__(self, cid: bytes, source: BlobSource, *, apart: bool = False) -> None:
        self._cid = cid
        self._source = source
        self._apart = apart
        self._etag = f'"{cid_text(cid)}"'

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; ends when the client leaves. What cannot be read any more ends the connection
        early, so that nobody takes a part for the whole."""
        failure: Exception | None = None
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(leave_with_client, receive, nursery.cancel_scope)
                try:
                    await self._answer(scope, send)
                except (BlobGone, NodeError, StoreError, trio.TooSlowError) as error:
                    failure = error
                nursery.cancel_scope.cancel()
        finally:
            self._source.close()
        if failure is not None:
            raise ConnectionError("the rest of the blob does not come") from failure

    async def _answer(self, scope: Scope, send: Send) -> None:
        headers = Headers(scope=scope)
        if self._etag in _tags(headers.get("if-none-match", "")):
            await self._start(send, 304, {})
            await send({"type": "http.response.body", "body": b""})
            return
        whole = self._source.size
        kind = media_type(await self._source.read(0, min(SNIFFED, whole)))
        shown = kind if kind in SHOWN else UNKNOWN
        wanted = headers.get("range")
        if "if-range" in headers and headers["if-range"] != self._etag:
            wanted = None
        try:
            ranges = parse_ranges(wanted, whole) if scope["method"] == "GET" else None
        except NotSatisfiable:
            none = {"content-range": f"bytes */{whole}", "content-length": "0"}
            await self._start(send, 416, none)
            await send({"type": "http.response.body", "body": b""})
            return
        if ranges is None:
            about = {"content-type": shown, "content-length": str(whole)}
            await self._start(send, 200, about)
            parts = [] if scope["method"] == "HEAD" else [(b"", ByteRange(0, whole))]
            await self._send(send, parts, b"")
        elif len(ranges) == 1:
            about = {
                "content-type": shown,
                "content-range": ranges[0].content_range(whole),
                "content-length": str(ranges[0].size),
            }
            await self._start(send, 206, about)
            await self._send(send, [(b"", ranges[0])], b"")
        else:
            await self._send_several(send, ranges, shown)

    async def _send_several(self, send: Send, ranges: Sequence[ByteRange], shown: str) -> None:
        """Several ranges as ``multipart/byteranges`` (RFC 9110, section 14.6)."""
        mark, whole = secrets.token_hex(12), self._source.size
        parts = [
            (
                f"\r\n--{mark}\r\nContent-Type: {shown}\r\n"
                f"Content-Range: {one.content_range(whole)}\r\n\r\n".encode(),
                one,
            )
            for one in ranges
        ]
        end = f"\r\n--{mark}--\r\n".encode()
        size = sum(len(head) + one.size for head, one in parts) + len(end)
        about = {
            "content-type": f"multipart/byteranges; boundary={mark}",
            "content-length": str(size),
        }
        await self._start(send, 206, about)
        await self._send(send, parts, end)

    async def _start(self, send: Send, status: int, more: dict[str, str]) -> None:
        headers = {
            "etag": self._etag,
            "accept-ranges": "bytes",
            "cache-control": "private, no-cache",
            "content-security-policy": BLOB_POLICY,
            **more,
        }
        if self._apart:
            headers["cross-origin-resource-policy"] = "cross-origin"
        if more.get("content-type") == UNKNOWN:
            name = f'attachment; filename="{cid_text(self._cid)}"'
            headers["content-disposition"] = name
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        await _send_soon(send, {"type": "http.response.start", "status": status, "headers": raw})

    async def _send(self, send: Send, parts: Sequence[tuple[bytes, ByteRange]], end: bytes) -> None:
        for head, one in parts:
            if head:
                await _send_body(send, head)
            at = one.start
            while at < one.end:
                data = await self._source.read(at, min(CHUNK, one.end - at))
                await _send_body(send, data)
                at += len(data)
        await _send_soon(send, {"type": "http.response.body", "body": end})


async def _send_body(send: Send, data: bytes) -> None:
    await _send_soon(send, {"type": "http.response.body", "body": data, "more_body": True})


async def _send_soon(send: Send, message: Message) -> None:
    with trio.fail_after(SEND_SECONDS):
        await send(message)


def _tags(header: str) -> set[str]:
    return {one.strip().removeprefix("W/") for one in header[:1024].split(",")}
