"""A hub whose blobs lie in a bucket: a real S3 server on 127.0.0.1, and real nodes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.storage.blobs.s3_server import KEY_ID, LACKING, SECRET, S3Server, is_installed, s3_server

from .films import attach, write_film
from .support import Home, until

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(not is_installed(), reason=LACKING)]

BUCKET = "hub-media"


@pytest.fixture
def server() -> Iterator[S3Server]:
    with s3_server() as running:
        running.make_bucket(BUCKET)
        yield running


@pytest.fixture
def ann(tmp_path: Path) -> Home:
    return Home(tmp_path / "ann", "Ann")


@pytest.fixture
def hub(tmp_path: Path, server: S3Server) -> Home:
    home = Home(tmp_path / "hub", "Hub")
    settings = (
        f'open = "accounts"\n[media]\nstore = "s3://{BUCKET}/one"\nendpoint = "{server.endpoint}"\n'
    )
    private(home.path / "hub.toml", settings)
    key = f'access_key_id = "{KEY_ID}"\nsecret_access_key = "{SECRET}"\n'
    private(home.path / "bucket.key", key)
    return home


def private(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o600)


def is_held(home: Home, cid: str) -> bool:
    return any(one["cid"] == cid and one["held"] for one in home("blobs"))


def media(hub: Home) -> dict[str, Any]:
    found: dict[str, Any] = hub("hub", "status")[0]["media"]
    return found


def object_of(server: S3Server) -> str:
    [name] = [one for one in server.names(BUCKET) if one.endswith("/bytes")]
    return name


def test_a_picture_comes_from_the_bucket_while_its_author_is_off(
    ann: Home, hub: Home, server: S3Server, tmp_path: Path
) -> None:
    write_film(tmp_path / "cat.png", 600_000)
    post, cat = attach(ann.path, tmp_path / "cat.png", "image/png")
    with hub.node("--hub") as here:
        with ann.node():
            assert ann("hub", "ask", here.address)[0]["carried"]
            until(lambda: is_held(hub, cat))
        name, sound = object_of(server), (tmp_path / "cat.png").read_bytes()
        assert name.startswith("one/") and server.get(BUCKET, name) == sound
        assert media(hub)["trouble"] is None and media(hub)["damaged"] == []
        ben = Home(tmp_path / "ben", "Ben")
        ben("follow", ann.account)
        with ben.node("--peer", here.address):
            until(lambda: is_held(ben, cat))
        kept = hashlib.sha256((ben.path / "blobs" / name.split("/")[1]).read_bytes())
        assert kept.digest() == hashlib.sha256(sound).digest()

        # The bucket answers with other bytes: they go to nobody, and come anew from who has them.
        server.put(BUCKET, name, b"?" * len(sound))
        cara = Home(tmp_path / "cara", "Cara")
        cara("follow", ann.account)
        with ann.node("--peer", here.address) as there:
            there.wait_for("synced")
            with cara.node("--peer", here.address):
                until(lambda: "passed on to nobody" in (hub.path / "node.log").read_text(), 60)
                until(lambda: server.get(BUCKET, name) == sound, 60)
                until(lambda: media(hub)["damaged"] == [], 30)
        ann("retract", post, "--yes")
        with ann.node("--peer", here.address):
            until(lambda: server.names(BUCKET) == set(), 60)
    log = "".join(one.read_text() for one in hub.path.glob("node.log*"))
    assert SECRET not in log and "is damaged, and is passed on to nobody" in log


def test_a_hub_rides_through_a_bucket_that_is_gone(
    ann: Home, hub: Home, server: S3Server, tmp_path: Path
) -> None:
    log = hub.path / "node.log"
    with hub.node("--hub") as here:
        with ann.node():
            assert ann("hub", "ask", here.address)[0]["carried"]
        server.delete_bucket(BUCKET)
        assert "make the bucket" in media(hub)["trouble"]
        write_film(tmp_path / "cat.png", 300_000)
        _, cat = attach(ann.path, tmp_path / "cat.png", "image/png")
        with ann.node("--peer", here.address):
            until(lambda: "there is no s3://hub-media/one" in log.read_text(), 60)
            until(lambda: len(hub.texts(ann.account)) == 1, 30)  # posts come all the same
            server.make_bucket(BUCKET)
            until(lambda: is_held(hub, cat), 60)
        assert media(hub)["trouble"] is None and SECRET not in log.read_text()


def test_only_a_hub_keeps_media_in_a_bucket(hub: Home) -> None:
    done = hub.run("run", "--no-mdns", "--no-port-mapping", "--listen", "/ip4/127.0.0.1/tcp/0")
    assert done.returncode != 0 and "run it with --hub" in done.stderr
    (hub.path / "bucket.key").chmod(0o644)
    done = hub.run("blobs")
    assert done.returncode != 0 and "chmod 600" in done.stderr and SECRET not in done.stderr
