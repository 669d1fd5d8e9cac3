"""Stores of blobs for tests: each test of the contract gets each kind."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sayso_storage.blobs import BlobDirectory
from sayso_storage.interface.blobs import Blobs

from .s3_server import KEY_ID, LACKING, SECRET, S3Server, is_installed, s3_server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home" / "blobs"


@pytest.fixture(scope="session")
def server() -> Iterator[S3Server]:
    if not is_installed():
        pytest.skip(LACKING)
    with s3_server() as running:
        yield running


@pytest.fixture
def bucket_name(server: S3Server) -> str:
    name = f"bucket-{secrets.token_hex(6)}"
    server.make_bucket(name)
    return name


@pytest.fixture
def front_end(server: S3Server, bucket_name: str, tmp_path: Path) -> Callable[[str], Blobs]:
    """Makes one more of those that share the bucket, each with a folder of its own."""
    from sayso_storage.blobs.bucket.bucket import Bucket
    from sayso_storage.blobs.bucket.bucket_address import BucketKey, BucketPlace
    from sayso_storage.blobs.bucket.bucket_blobs import BucketBlobs

    def make(name: str) -> Blobs:
        bucket = Bucket(
            BucketPlace(bucket_name, "hub/blobs", server.endpoint), BucketKey(KEY_ID, SECRET)
        )
        folder = tmp_path / name / "blobs"
        return BucketBlobs(bucket, folder, look_every_ms=0, list_every_s=0)

    return make


@pytest.fixture(params=["directory", "bucket"])
def another(request: pytest.FixtureRequest, folder: Path) -> Callable[[], Blobs]:
    """Opens the same store of blobs once more, as another process of the machine would."""
    if request.param == "directory":
        return lambda: BlobDirectory(folder)
    front_end = request.getfixturevalue("front_end")
    return lambda: front_end("home")


@pytest.fixture
def blobs(another: Callable[[], Blobs]) -> Blobs:
    return another()
