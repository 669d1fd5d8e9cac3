"""Blob store address: the bucket of an S3-compatible store in which a hub keeps its media, as its
owner writes it. It holds no key, and none may stand in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ...toml.values import BadValue, Value
from ...translation import _

DEFAULT_REGION: Final = "us-east-1"

# Names of buckets: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_BUCKET: Final = re.compile(
    r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])"
    r"(?P<prefix>(/[A-Za-z0-9_=-][A-Za-z0-9._=-]{0,99}){0,8})/?"
)
_ENDPOINT: Final = re.compile(
    r"https?://([A-Za-z0-9][A-Za-z0-9.-]{0,252}|\[[0-9a-f:.]{2,45}\])(:[0-9]{1,5})?"
    r"(/[A-Za-z0-9._~-]{1,100}){0,4}/?"
)
_REGION: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class BlobStoreAddress:
    """Blobs lie in `bucket` below `prefix`, which may be empty. `endpoint` is the http or https
    address of the service; None for Amazon's of the region."""

    bucket: str
    prefix: str
    endpoint: str | None
    region: str


def read_bucket(value: Value) -> tuple[str, str]:
    """The name of a bucket and the prefix. Raises `BadValue`."""
    found = _BUCKET.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise BadValue(_('a bucket, as "s3://my-bucket/hub", without a key in it'))
    return found["bucket"], found["prefix"].strip("/")


def read_endpoint(value: Value) -> str:
    """The address of the service. Raises `BadValue`."""
    if not isinstance(value, str) or _ENDPOINT.fullmatch(value) is None:
        raise BadValue(_('an address, as "https://s3.example.net", without a key in it'))
    return value.rstrip("/")


def read_region(value: Value) -> str:
    """A region. Raises `BadValue`."""
    if not isinstance(value, str) or _REGION.fullmatch(value) is None:
        raise BadValue(_('a region, as "eu-central-1"'))
    return value
