"""The page about hubs shows a file that is one, and numbers that are those of the code."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from sayso_protocol.discovery.hub.blob_store_address import BlobStoreAddress
from sayso_protocol.discovery.hub.settings import Openness, Quota, read_settings
from sayso_storage.interface.network.carriage import ENTRY_BYTES

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "hub.md").read_text(encoding="utf-8")
FILE, BUCKET, KEY = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_file_that_it_shows_has_the_quotas_of_an_empty_one() -> None:
    found = read_settings(FILE.encode())
    assert found.quota == Quota()
    assert found.open is Openness.ACCOUNTS
    assert found.evict_unread_ms == 90 * 86_400_000
    assert len(found.listed) == 1


def test_the_bucket_that_it_shows_is_one_and_its_key_has_two_parts() -> None:
    store = read_settings(BUCKET.encode()).media.store
    assert store == BlobStoreAddress("my-bucket", "hub", "https://s3.example.net", "eu-central-1")
    assert tomllib.loads(KEY).keys() == {"access_key_id", "secret_access_key"}


def test_what_it_says_of_counting_is_so() -> None:
    assert f"counts {ENTRY_BYTES} bytes for a post" in PAGE
    assert all(f'"{one.value}"' in FILE for one in Openness)
