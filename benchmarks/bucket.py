"""How fast blobs go into a bucket and come out of it, beside a directory.

    python -m benchmarks.bucket [--megabytes 32] [--rounds 3]

The server is moto's, a process of its own on 127.0.0.1 that keeps objects in memory and reads all
of one for each range of it: this bounds what the hub does itself, and says nothing of a service.
Prints one JSON object: megabytes a second of `add`, of reading all of it in pieces of 4 MiB, and of
leaves one by one, for each, the median of the rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from statistics import median

from tests.storage.blobs.s3_server import s3_server

from sayso_protocol.blob.blob_limits import LEAF_SIZE
from sayso_storage.blobs import BlobDirectory
from sayso_storage.blobs.bucket.bucket import Bucket
from sayso_storage.blobs.bucket.bucket_address import BucketKey, BucketPlace
from sayso_storage.blobs.bucket.bucket_blobs import BucketBlobs
from sayso_storage.interface.blobs import Blobs

PIECE = 4 << 20


def measured(blobs: Blobs, megabytes: int, rounds: int) -> dict[str, float]:
    """Megabytes a second, by what was done."""
    found: dict[str, list[float]] = {"put": [], "get": [], "leaves": []}
    for _ in range(rounds):
        data = os.urandom(megabytes << 20)
        began = time.perf_counter()
        cid = blobs.add(BytesIO(data), 1).cid
        found["put"].append(len(data) / (time.perf_counter() - began) / 1e6)
        for name, piece in (("get", PIECE), ("leaves", LEAF_SIZE)):
            reader = blobs.open(cid)
            assert reader is not None
            began = time.perf_counter()
            for at in range(0, reader.size, piece):
                assert reader.read(at, piece) == data[at : at + piece]
            found[name].append(len(data) / (time.perf_counter() - began) / 1e6)
            reader.close()
        blobs.remove([cid])
    return {name: round(median(speeds), 1) for name, speeds in found.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, s3_server() as server:
        server.make_bucket("bench")
        place = BucketPlace("bench", "blobs", server.endpoint)
        stores: dict[str, Callable[[], Blobs]] = {
            "directory": lambda: BlobDirectory(Path(folder) / "directory"),
            "bucket": lambda: BucketBlobs(
                Bucket(place, BucketKey("id", "secret")), Path(folder) / "bucket"
            ),
        }
        result = {
            name: measured(make(), options.megabytes, options.rounds)
            for name, make in stores.items()
        }
    print(json.dumps({"megabytes": options.megabytes, **result}))


if __name__ == "__main__":
    main()
