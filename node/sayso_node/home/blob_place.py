"""Where the blobs of a home lie: in its directory, or, of a hub, in a bucket."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sayso_protocol.discovery.hub.blob_store_address import BlobStoreAddress
from sayso_protocol.translation import _
from sayso_storage.interface.blobs import Blobs
from sayso_storage.interface.errors import StoreError

from ..errors import HomeError
from .directory import Home
from .kept_proxy import kept_proxy
from .owner_file import OwnerFileError, read_owner_file
from .secret_file import read_secret

if TYPE_CHECKING:
    from sayso_storage.blobs.bucket.bucket_address import BucketKey

_KEY_NAMES: Final = ("access_key_id", "secret_access_key")

_opened: Final[dict[Path, Blobs]] = {}
"""Buckets of this process, by data directory: each keeps its connections. So what hub.toml says of
a bucket counts from the next start on."""


def open_blobs_of(home: Home) -> Blobs:
    """The blobs of a home. Asks nobody yet. Raises `StoreError` where its bucket cannot be used."""
    opened = _opened.get(home.path)
    if opened is not None:
        return opened
    address = bucket_of(home)
    if address is None:
        from sayso_storage.blobs import BlobDirectory

        return BlobDirectory(home.blobs)
    return _opened.setdefault(home.path, _open_bucket(home, address))


def bucket_of(home: Home) -> BlobStoreAddress | None:
    """The bucket of a hub; None where its blobs lie in the directory. Raises `StoreError` where the
    file has mistakes: the blobs may lie in either."""
    if not home.hub.exists():
        return None
    from sayso_protocol.discovery.hub.hub_limits import MAX_HUB_FILE
    from sayso_protocol.discovery.hub.settings import read_settings
    from sayso_protocol.toml.mistakes import BadFile

    try:
        data = read_owner_file(home.hub, MAX_HUB_FILE, follow_links=True)
        if b"store" not in data:
            return None
        return read_settings(data).media.store
    except OwnerFileError as error:
        raise StoreError(str(error)) from error
    except BadFile as error:
        raise StoreError(
            _("{path} does not say where media lie: {error} (mend it with an editor)").format(
                path=home.hub, error=error
            )
        ) from error


def _open_bucket(home: Home, address: BlobStoreAddress) -> Blobs:
    from sayso_storage.blobs.bucket.bucket import Bucket
    from sayso_storage.blobs.bucket.bucket_address import BucketPlace
    from sayso_storage.blobs.bucket.bucket_blobs import BucketBlobs

    try:
        if kept_proxy(home):
            raise StoreError(
                _(
                    "a home that reaches others by a proxy alone keeps its media in its directory: "
                    "take `store` out of hub.toml"
                )
            )
        key = _bucket_key(home)
    except HomeError as error:
        raise StoreError(str(error)) from error
    place = BucketPlace(address.bucket, address.prefix, address.endpoint, address.region)
    return BucketBlobs(Bucket(place, key), home.blobs)


def _bucket_key(home: Home) -> BucketKey:
    """The key, from the environment or else from the file. Raises `HomeError`."""
    import tomllib

    from sayso_storage.blobs.bucket.bucket_address import BucketKey

    named, secret = (os.environ.get(f"AWS_{name.upper()}") for name in _KEY_NAMES)
    if named and secret:
        return BucketKey(named, secret, os.environ.get("AWS_SESSION_TOKEN"))
    if not home.bucket_key.exists():
        raise HomeError(
            _(
                'no key for the bucket: write access_key_id = "…" and secret_access_key = "…" '
                "into {path}, for you alone (chmod 600), or set AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY"
            ).format(path=home.bucket_key)
        )
    data = read_secret(home.bucket_key)
    try:
        table = tomllib.loads(data.decode())
        named, secret = (str(table[name]) for name in _KEY_NAMES)
    except (UnicodeError, tomllib.TOMLDecodeError, KeyError):
        # Nothing of the file goes into the text, nor into a log behind it.
        raise HomeError(
            _(
                '{path} is no key of a bucket: write access_key_id = "…" and '
                'secret_access_key = "…" into it'
            ).format(path=home.bucket_key)
        ) from None
    return BucketKey(named, secret)
