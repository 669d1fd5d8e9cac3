"""The bucket of a hub, as its owner writes it into hub.toml."""

from __future__ import annotations

import pytest

from sayso_protocol.discovery.hub.blob_store_address import BlobStoreAddress
from sayso_protocol.discovery.hub.settings import read_settings
from sayso_protocol.toml.mistakes import BadFile


def store_of(*lines: str) -> BlobStoreAddress | None:
    return read_settings("\n".join(["[media]", *lines]).encode()).media.store


def test_without_a_store_media_lie_in_the_directory() -> None:
    assert store_of() is None


def test_a_bucket_a_prefix_an_endpoint_and_a_region_are_read() -> None:
    assert store_of('store = "s3://my-bucket"') == BlobStoreAddress(
        "my-bucket", "", None, "us-east-1"
    )
    assert store_of(
        'store = "s3://my-bucket/some/where/"',
        'endpoint = "http://127.0.0.1:9000/"',
        'region = "eu-central-1"',
    ) == BlobStoreAddress("my-bucket", "some/where", "http://127.0.0.1:9000", "eu-central-1")


@pytest.mark.parametrize(
    "line",
    [
        'store = "my-bucket"',
        'store = "s3://"',
        'store = "s3://id:secret@my-bucket/x"',
        'store = "s3://my-bucket/../other"',
        'store = "s3://my-bucket//x"',
        'store = "s3://my-bucket/x?y"',
        'store = "S3://My-Bucket"',
        "store = 7",
        'endpoint = "https://s3.example.net"',
        'region = "eu-central-1"',
    ],
)
def test_a_mistake_is_told_with_its_line(line: str) -> None:
    with pytest.raises(BadFile, match="line 2"):
        store_of(line)


@pytest.mark.parametrize(
    "line",
    [
        'endpoint = "ftp://s3.example.net"',
        'endpoint = "https://id:secret@s3.example.net"',
        'endpoint = "https://s3.example.net/?key=1"',
        'endpoint = ["https://s3.example.net"]',
        'region = "Mars"',
        "region = 1",
    ],
)
def test_a_mistake_beside_a_store_is_told_with_its_line(line: str) -> None:
    with pytest.raises(BadFile, match="line 3"):
        store_of('store = "s3://my-bucket"', line)
