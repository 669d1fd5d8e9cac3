"""What only a bucket does, beside the contract: it may lie, go away, and be shared."""

from __future__ import annotations

import http.server
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest

from sayso_protocol.blob.blob_limits import LEAF_SIZE
from sayso_storage.interface.blobs import Blobs
from sayso_storage.interface.errors import StoreDamaged, StoreError

from .s3_server import KEY_ID, LACKING, SECRET, S3Server, is_installed
from .samples import DIGEST, FILM, PICTURE, TREE, added, all_of

pytestmark = pytest.mark.skipif(not is_installed(), reason=LACKING)

FrontEnd = Callable[[str], Blobs]
NAME = DIGEST.hex()


@pytest.fixture
def blobs(front_end: FrontEnd) -> Blobs:
    return front_end("home")


def test_objects_are_named_by_hashes_and_times_alone(
    blobs: Blobs, server: S3Server, bucket_name: str
) -> None:
    added(blobs, FILM, 7, pin=True)
    parts = {"bytes", "tree", "pin", "looked-000000000000007"}
    assert server.names(bucket_name) == {f"hub/blobs/{NAME}/{part}" for part in parts}
    assert server.get(bucket_name, f"hub/blobs/{NAME}/bytes") == FILM


def test_what_others_put_there_is_none_of_these(
    blobs: Blobs, server: S3Server, bucket_name: str
) -> None:
    for name in ("README", f"{'x' * 64}/bytes", f"{NAME.upper()}/bytes", f"{NAME}/other", NAME):
        server.put(bucket_name, f"hub/blobs/{name}", b"?")
    server.put(bucket_name, f"hub/{NAME}/bytes", FILM)
    assert blobs.all_held() == [] and blobs.held(TREE.cid) is None and blobs.pinned() == set()


@pytest.mark.parametrize("harm", ["one byte", "cut", "cut to a leaf", "emptied", "longer", "other"])
def test_other_bytes_are_named_and_given_to_nobody(
    blobs: Blobs, server: S3Server, bucket_name: str, harm: str
) -> None:
    cid = added(blobs, FILM)
    harmed = {
        "one byte": FILM[:LEAF_SIZE] + b"?" + FILM[LEAF_SIZE + 1 :],
        "cut": FILM[:-1],
        "cut to a leaf": FILM[:LEAF_SIZE],
        "emptied": b"",
        "longer": FILM + b"?",
        "other": bytes(len(FILM)),
    }[harm]
    path = f"hub/blobs/{NAME}/bytes"
    server.put(bucket_name, path, harmed)
    reader = blobs.open(cid)
    if reader is not None:
        with pytest.raises(StoreDamaged, match=rf"{NAME}/bytes in s3://.* is damaged.*fetch it"):
            for at in range(0, len(FILM), LEAF_SIZE):
                assert reader.read(at, LEAF_SIZE) == FILM[at : at + LEAF_SIZE]
        reader.close()
    assert blobs.held(cid) is None and blobs.open(cid) is None
    partial = blobs.begin(cid, len(FILM))
    for index in range(4):
        partial.write(index, FILM[index * LEAF_SIZE : (index + 1) * LEAF_SIZE])
    partial.complete(TREE, 3)
    assert all_of(blobs, cid) == FILM
    assert not any(name.endswith("damaged") for name in server.names(bucket_name))


def test_bytes_that_change_while_a_blob_is_open_are_seen(
    blobs: Blobs, server: S3Server, bucket_name: str
) -> None:
    reader = blobs.open(added(blobs, FILM))
    assert reader is not None
    assert reader.read(LEAF_SIZE - 5, 10) == FILM[LEAF_SIZE - 5 : LEAF_SIZE + 5]
    server.put(bucket_name, f"hub/blobs/{NAME}/bytes", bytes(len(FILM)))
    with pytest.raises(StoreDamaged):
        reader.read(LEAF_SIZE - 5, 10)
    reader.close()


@pytest.mark.parametrize("harm", ["gone", "cut", "other"])
def test_inner_blocks_are_made_again_where_their_object_is_lost(
    blobs: Blobs, server: S3Server, bucket_name: str, harm: str
) -> None:
    cid, path = added(blobs, FILM), f"hub/blobs/{NAME}/tree"
    whole = server.get(bucket_name, path)
    if harm == "gone":
        server.delete(bucket_name, path)
    else:
        server.put(bucket_name, path, whole[:-3] if harm == "cut" else b"\0\0\0\1x")
    reader = blobs.open(cid)
    assert reader is not None
    assert list(reader.inner_blocks()) == TREE.blocks
    assert server.get(bucket_name, path) == whole
    reader.close()


def test_what_one_front_end_does_the_others_see(front_end: FrontEnd) -> None:
    one, other = front_end("one"), front_end("other")
    cid = added(one, FILM, 1)
    assert all_of(other, cid) == FILM
    other.pin(cid, on=True)
    held = one.held(cid)
    assert held is not None and held.is_pinned and one.make_room(0) == []
    other.pin(cid, on=False)
    reader = one.open(cid, 9)
    assert reader is not None
    assert [blob.looked_ms for blob in other.all_held()] == [9]
    assert other.remove([cid]) == 1 and one.held(cid) is None
    reader.close()


def test_a_blob_that_another_front_end_takes_away_ends_in_words(front_end: FrontEnd) -> None:
    one, other = front_end("one"), front_end("other")
    cid = added(one, PICTURE)
    reader = one.open(cid)
    assert reader is not None
    other.remove([cid])
    with pytest.raises(StoreError, match=r"not in s3://.* any more: fetch it again"):
        reader.read(0, 10)
    reader.close()


def test_two_that_put_the_same_blob_at_once_do_no_harm(front_end: FrontEnd) -> None:
    stores = [front_end(str(number)) for number in range(4)]
    threads = [
        threading.Thread(target=added, args=(blobs, FILM, 10 + place))
        for place, blobs in enumerate(stores)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for blobs in stores:
        assert [(one.cid, one.size) for one in blobs.all_held()] == [(TREE.cid, len(FILM))]
        assert all_of(blobs, TREE.cid) == FILM
    assert stores[0].remove([TREE.cid]) == 1


def test_removing_leaves_no_object(blobs: Blobs, server: S3Server, bucket_name: str) -> None:
    cid = added(blobs, FILM, pin=True)
    reader = blobs.open(cid, 5000)
    assert reader is not None
    reader.close()
    assert blobs.remove([cid]) == 1
    assert server.names(bucket_name) == set()


_KILLED = """
import os, signal, sys
from pathlib import Path
from sayso_storage.blobs.bucket.bucket import Bucket
from sayso_storage.blobs.bucket.bucket_address import BucketKey, BucketPlace
from sayso_storage.blobs.bucket.bucket_blobs import BucketBlobs
from tests.storage.blobs.samples import FILM, TREE
from sayso_protocol.blob.blob_limits import LEAF_SIZE
bucket, endpoint, folder = sys.argv[1:]
place = BucketPlace(bucket, "hub/blobs", endpoint)
key = BucketKey("AKIASAYSOTEST", "a-secret-of-the-bucket")
blobs = BucketBlobs(Bucket(place, key), Path(folder))
partial = blobs.begin(TREE.cid, len(FILM))
for index in (0, 2):
    partial.write(index, FILM[index * LEAF_SIZE : (index + 1) * LEAF_SIZE])
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_was_on_its_way_goes_on_after_a_kill(
    front_end: FrontEnd, server: S3Server, bucket_name: str, tmp_path: Path
) -> None:
    folder = str(tmp_path / "home" / "blobs")
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, bucket_name, server.endpoint, folder], check=False
    )
    assert killed.returncode == -signal.SIGKILL
    blobs = front_end("home")
    assert [one.digest for one in blobs.partials()] == [DIGEST]
    partial = blobs.begin(TREE.cid, len(FILM))
    assert partial.verified_leaves(TREE) == [0, 2]
    partial.close()


def test_a_bucket_that_is_down_loses_nothing_and_is_told(
    blobs: Blobs, server: S3Server, bucket_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sayso_storage.blobs.bucket import bucket as requests

    monkeypatch.setattr(requests, "BREAK_SECONDS", 0.3)
    partial = blobs.begin(TREE.cid, len(FILM))
    for index in range(4):
        partial.write(index, FILM[index * LEAF_SIZE : (index + 1) * LEAF_SIZE])
    server.delete_bucket(bucket_name)
    with pytest.raises(StoreError, match=r"there is no s3://.*: make the bucket"):
        partial.complete(TREE, 1)
    server.make_bucket(bucket_name)
    assert len(blobs.partials()) == 1 and blobs.held(TREE.cid) is None
    partial.complete(TREE, 1)
    assert all_of(blobs, TREE.cid) == FILM and blobs.partials() == []


def test_nobody_there_is_told_soon_and_without_the_key(tmp_path: Path) -> None:
    from sayso_storage.blobs.bucket.bucket import Bucket
    from sayso_storage.blobs.bucket.bucket_address import BucketKey, BucketPlace
    from sayso_storage.blobs.bucket.bucket_blobs import BucketBlobs

    key = BucketKey(KEY_ID, SECRET)
    bucket = Bucket(BucketPlace("bucket", "", "http://127.0.0.1:9"), key)
    blobs = BucketBlobs(bucket, tmp_path / "blobs")
    began = time.monotonic()
    with pytest.raises(StoreError, match="does not answer as it should: nothing is lost") as told:
        blobs.held(TREE.cid)
    assert time.monotonic() - began < 15
    began = time.monotonic()
    with pytest.raises(StoreError, match="does not answer as it should"):
        blobs.add(io.BytesIO(PICTURE), 1)
    assert time.monotonic() - began < 1  # not asked again so soon
    said = f"{told.value} {told.value.__cause__} {key!r} {bucket.place!r} {bucket.place}"
    assert SECRET not in said and KEY_ID not in said


class _Answer(http.server.BaseHTTPRequestHandler):
    """A service that answers everything with the same, and repeats what it was sent."""

    status: ClassVar[int]
    body: ClassVar[str]

    def do_GET(self) -> None:
        body = self.body.format(sent=self.headers.get("Authorization", "")).encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (
            403,
            "<Error><Code>AccessDenied</Code><Id>{sent}</Id></Error>",
            "does not let this hub in",
        ),
        (401, "{sent}", "does not let this hub in"),
        (400, "<Error>{sent}</Error>", "does not answer as it should"),
        (503, "{sent}", "does not answer as it should"),
        (200, "<html>{sent}", "does not answer as it should"),
    ],
)
def test_a_service_that_refuses_or_is_none_is_told_in_own_words(
    tmp_path: Path, status: int, body: str, told: str
) -> None:
    from sayso_storage.blobs.bucket.bucket import Bucket
    from sayso_storage.blobs.bucket.bucket_address import BucketKey, BucketPlace
    from sayso_storage.blobs.bucket.bucket_blobs import BucketBlobs

    handler = type("Handler", (_Answer,), {"status": status, "body": body})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as service:
        thread = threading.Thread(target=service.serve_forever, args=(0.02,))
        thread.start()
        try:
            place = BucketPlace("bucket", "", f"http://127.0.0.1:{service.server_port}")
            blobs = BucketBlobs(Bucket(place, BucketKey(KEY_ID, SECRET)), tmp_path / "blobs")
            with pytest.raises(StoreError, match=told) as error:
                blobs.held(TREE.cid)
        finally:
            service.shutdown()
            thread.join()
    assert KEY_ID not in str(error.value) and SECRET not in str(error.value)
    assert error.value.__suppress_context__  # so that no log holds it either


def test_a_look_is_noted_once_an_hour(server: S3Server, bucket_name: str, tmp_path: Path) -> None:
    from sayso_storage.blobs.bucket.bucket import Bucket
    from sayso_storage.blobs.bucket.bucket_address import BucketKey, BucketPlace
    from sayso_storage.blobs.bucket.bucket_blobs import BucketBlobs

    bucket = Bucket(BucketPlace(bucket_name, "", server.endpoint), BucketKey(KEY_ID, SECRET))
    blobs = BucketBlobs(bucket, tmp_path / "blobs")
    cid = added(blobs, PICTURE, 1000)
    for now_ms, noted in ((2000, 1000), (3_600_999, 1000), (3_601_000, 3_601_000)):
        reader = blobs.open(cid, now_ms)
        assert reader is not None
        reader.close()
        assert [one.looked_ms for one in blobs.all_held()] == [noted]


_MEASURED = """
import io, os, resource, sys
from pathlib import Path
from sayso_storage.blobs.bucket.bucket import Bucket
from sayso_storage.blobs.bucket.bucket_address import BucketKey, BucketPlace
from sayso_storage.blobs.bucket.bucket_blobs import BucketBlobs
bucket, endpoint, folder, file = sys.argv[1:]
place = BucketPlace(bucket, "", endpoint)
blobs = BucketBlobs(Bucket(place, BucketKey("AKIASAYSOTEST", "secret")), Path(folder))
assert blobs.all_held() == []
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with open(file, "rb") as source:
    reader = blobs.open(blobs.add(source, 1).cid)
for at in range(0, reader.size, 4 << 20):
    assert len(reader.read(at, 4 << 20)) == min(4 << 20, reader.size - at)
reader.close()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_memory_is_bounded_whatever_the_size(
    server: S3Server, bucket_name: str, tmp_path: Path
) -> None:
    film = tmp_path / "film"
    film.write_bytes(os.urandom(LEAF_SIZE) * 480)  # 120 MiB
    arguments = [bucket_name, server.endpoint, str(tmp_path / "blobs"), str(film)]
    used = subprocess.run(
        [sys.executable, "-c", _MEASURED, *arguments], check=True, capture_output=True
    )
    assert int(used.stdout) < 64 << 10  # KiB
