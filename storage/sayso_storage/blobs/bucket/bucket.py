"""Bucket: the few requests that blobs need, with time-outs, and errors in words of our own.

What the client library says of an error may hold addresses, names of keys and whole answers of the
service, so none of its words go any further.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sayso_protocol.translation import _

from ...interface.errors import StoreError
from .bucket_address import BucketKey, BucketPlace

if TYPE_CHECKING:
    from obstore.store import S3Store

T = TypeVar("T")

CONNECT_SECONDS: Final = 5
REQUEST_SECONDS: Final = 60
"""For a request with its answer, which are 8 MiB at most."""

RETRIES: Final = 3
RETRY_SECONDS: Final = 10
"""How often a request is sent again that found the service busy or gone, and until when."""

BREAK_SECONDS: Final = 2.0
"""How long nothing is asked of a bucket that could not be reached: who waits is told at once."""

CHUNK: Final = 8 << 20
PARTS_AT_ONCE: Final = 4
"""Larger files go in chunks of so many bytes, so many of them in memory."""

PAGE: Final = 1000
"""Names that one answer of a list holds."""


_REFUSED: Final = re.compile(r"status code: 40[13] ")


class ObjectGone(StoreError):
    """There is no such object (any more)."""


class _BeyondTheEnd(StoreError):
    """A range that begins where an object has ended."""


class Bucket:
    """A bucket, below its prefix. Any thread may call any method; each raises `StoreError`."""

    def __init__(self, place: BucketPlace, key: BucketKey) -> None:
        """Nothing is asked yet. Raises `StoreError` where the client library lacks."""
        self.place = place
        self._library = _library()
        self._store = _open(self._library, place, key)
        self._lock = threading.Lock()
        self._down_until = 0.0
        self._trouble: str | None = None

    def names(self, folder: str = "") -> Iterator[tuple[str, int]]:
        """The names below the prefix, or a folder there, with their sizes in bytes."""
        stream = self._ask(lambda: self._library.list(self._store, folder or None, chunk_size=PAGE))
        while True:
            page = self._ask(lambda: next(stream, None))
            if page is None:
                return
            for one in page:
                yield one["path"], one["size"]

    def get(self, key: str, start: int, size: int) -> bytes:
        """Up to `size` bytes of an object from `start` on. Raises `ObjectGone`."""
        if size <= 0:
            return b""
        try:
            return self._ask(
                lambda: bytes(self._library.get_range(self._store, key, start=start, length=size))
            )
        except _BeyondTheEnd:
            return b""

    def put(self, key: str, data: bytes | Path) -> None:
        """Put an object: whole, or not at all."""
        self._ask(
            lambda: self._library.put(
                self._store, key, data, chunk_size=CHUNK, max_concurrency=PARTS_AT_ONCE
            )
        )

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects, those first that stand first; none has to be there."""
        for at in range(0, len(keys), PAGE):
            part = list(keys[at : at + PAGE])
            try:
                self._ask(lambda part=part: self._library.delete(self._store, part))  # type: ignore[misc]
            except ObjectGone:
                continue

    def _ask(self, request: Callable[[], T]) -> T:
        with self._lock:
            if time.monotonic() < self._down_until and self._trouble is not None:
                raise StoreError(self._trouble)
        try:
            answer = request()
        except OSError as error:
            if error.errno is None:  # the library's own: such an object, or such a request
                raise self._as_store_error(error) from None
            raise StoreError(
                _("cannot read what is to go to {place}: {reason}; check the disk").format(
                    place=self.place, reason=error.strerror
                )
            ) from None
        except self._library.exceptions.BaseError as error:
            raise self._as_store_error(error) from None
        self._trouble = None
        return answer

    def _as_store_error(self, error: Exception) -> StoreError:
        text, place = str(error), self.place
        if isinstance(error, PermissionError) or _REFUSED.search(text) is not None:
            return StoreError(
                _(
                    "{place} does not let this hub in: check the key of the bucket, and what it "
                    "may do"
                ).format(place=place)
            )
        if "<Code>NoSuchBucket</Code>" in text:
            return StoreError(
                _("there is no {place}: make the bucket, or name another in hub.toml").format(
                    place=place
                )
            )
        if isinstance(error, FileNotFoundError):
            return ObjectGone(
                _("the blob is not in {place} any more: fetch it again").format(place=place)
            )
        if "status code: 416 " in text:
            return _BeyondTheEnd()
        trouble = _(
            "{place} does not answer as it should: nothing is lost, and the hub goes on when it "
            "does; check the service, and `endpoint` and `region` in hub.toml"
        ).format(place=place)
        with self._lock:
            self._trouble, self._down_until = trouble, time.monotonic() + BREAK_SECONDS
        return StoreError(trouble)


def _library() -> Any:
    try:
        import obstore
        import obstore.exceptions
        import obstore.store
    except ImportError as error:
        raise StoreError(
            _(
                "the blobs of this hub lie in a bucket, and what reads those is not installed: "
                "install it with `pip install 'sayso[hub]'`"
            )
        ) from error
    return obstore


def _open(library: Any, place: BucketPlace, key: BucketKey) -> S3Store:
    config: dict[str, Any] = {
        "access_key_id": key.id,
        "secret_access_key": key.secret,
        "region": place.region,
        "virtual_hosted_style_request": place.endpoint is None,
    }
    if key.token is not None:
        config["session_token"] = key.token
    if place.endpoint is not None:
        config["endpoint"] = place.endpoint
    store: S3Store = library.store.S3Store(
        place.bucket,
        prefix=place.prefix or None,
        config=config,
        client_options={
            "allow_http": place.endpoint is not None and place.endpoint.startswith("http://"),
            "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
            "timeout": timedelta(seconds=REQUEST_SECONDS),
        },
        retry_config={
            "max_retries": RETRIES,
            "retry_timeout": timedelta(seconds=RETRY_SECONDS),
            "backoff": {
                "init_backoff": timedelta(milliseconds=100),
                "max_backoff": timedelta(seconds=2),
                "base": 2,
            },
        },
    )
    return store
