"""Bucket address: where a bucket is, and the key that opens it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class BucketKey:
    """What requests are signed with. Its text says nothing of it."""

    id: str = field(repr=False)
    secret: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class BucketPlace:
    """Where blobs lie: below `prefix` (may be empty, no slash at its ends) of a bucket. `endpoint`
    is the http or https address of the service; None for Amazon's of the region."""

    bucket: str
    prefix: str = ""
    endpoint: str | None = None
    region: str = "us-east-1"

    def __str__(self) -> str:
        """For people."""
        name = f"s3://{self.bucket}/{self.prefix}".rstrip("/")
        return name if self.endpoint is None else f"{name} at {self.endpoint}"
