"""A picture in a private message, between two real nodes that know each other alone."""

from __future__ import annotations

import random
import zlib
from pathlib import Path
from typing import Any

import pytest
from tests.budget import long

from .support import Home, until
from .test_letters import name_carrier, prekeys

pytestmark = pytest.mark.e2e

PLACE = b"at the old mill"
LARGE, SMALL = 600, 60
"""Pixels of a side: a million bytes, and ten thousand."""


def picture(path: Path, width: int) -> bytes:
    """Write a PNG that says where it was taken; gives it without that."""
    noise = random.Random(width).randbytes(3 * width * width)
    rows = b"".join(b"\0" + noise[at : at + 3 * width] for at in range(0, len(noise), 3 * width))
    head = width.to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
    begin = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head)
    end = _chunk(b"IDAT", zlib.compress(rows, 0)) + _chunk(b"IEND", b"")
    path.write_bytes(begin + _chunk(b"tEXt", b"Location\0" + PLACE) + end)
    return begin + end


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def in_files(home: Home, *words: bytes) -> list[Path]:
    files = [path for path in home.path.rglob("*") if path.is_file() and not path.is_socket()]
    assert files
    return [path for path in files if any(word in path.read_bytes() for word in words)]


def sealed(home: Home) -> list[Path]:
    folder = home.path / "sealed"
    return sorted(folder.iterdir()) if folder.exists() else []


def looked(home: Home, *words: str) -> list[dict[str, Any]]:
    """What a command says once the node has looked again for letters."""
    home.settle()
    return home(*words)


def named(home: Home, options: tuple[str, ...]) -> None:
    """A home that others can write to where its node runs."""
    with home.node(*options) as there:
        address = there.address
    name_carrier(home, address)


def test_a_picture_comes_sealed_and_goes_when_it_is_forgotten(tmp_path: Path) -> None:
    ann, ben = Home(tmp_path / "ann", "Ann"), Home(tmp_path / "ben", "Ben")
    options = ("--no-mdns", "--no-port-mapping")
    for one, other in ((ann, ben), (ben, ann)):
        one("follow", other.account)
        one("messages")
        named(one, options)
    large, small = tmp_path / "mill.png", tmp_path / "door.png"
    files = [picture(large, LARGE), picture(small, SMALL)]
    marks = (PLACE, *(part for one in files for part in (one[1000:1064], one[-5000:-4936])))
    with ann.node(*options) as there, ben.node(*options, "--peer", there.address):
        until(lambda: prekeys(ann) == prekeys(ben) == 2)
        words = ("--attach", str(large), "--alt", "A mill", "--attach", str(small), "--alt", "Door")
        made = ann("message", ben.account, *words)[0]
        until(lambda: len(ben("messages")) == 1)
        [came] = ben("messages", ann.account)
        mill, door = came["attachments"]
        assert [(one["type"], one["name"], one["alt"], one["held"]) for one in (mill, door)] == [
            ("image/png", "mill.png", "A mill", False),
            ("image/png", "door.png", "Door", True),
        ]
        assert mill["cid"] == made["attachments"][0]["cid"] and door["cid"] is None
        for number, clean in enumerate(files, 1):
            target = tmp_path / f"came{number}"
            told = ben("fetch", came["id"][:8], "--number", str(number), "--to", str(target))
            assert [(one["message"], one["held"]) for one in told] == [(came["id"], True)]
            assert target.read_bytes() == clean
        for home in (ann, ben):
            assert sealed(home) and not in_files(home, *marks)
            assert [one["cid"] for one in home("blobs")] == [mill["cid"]]
        # Forgotten on one side it stays on the other.
        ann("forget", came["id"])
        assert sealed(ann) == [] and sealed(ben)
        ben("forget", came["id"])
        assert sealed(ben) == []
        assert not in_files(ann, *marks) and not in_files(ben, *marks)


@long
def test_a_picture_cannot_come_while_its_sender_is_off(tmp_path: Path) -> None:
    ann, ben = Home(tmp_path / "ann", "Ann"), Home(tmp_path / "ben", "Ben")
    options = ("--no-mdns", "--no-port-mapping")
    for one, other in ((ann, ben), (ben, ann)):
        one("follow", other.account)
        one("messages")
        named(one, options)
    clean = picture(tmp_path / "mill.png", LARGE)
    (ben.path / "media.toml").write_text('quota = "1 MiB"\n')
    (ben.path / "media.toml").chmod(0o600)
    with ann.node(*options) as there, ben.node(*options, "--peer", there.address):
        until(lambda: prekeys(ann) == prekeys(ben) == 2)
        ann("message", ben.account, "--attach", str(tmp_path / "mill.png"), "--alt", "A mill")
        until(lambda: len(ben("messages")) == 1)
        [came] = ben("messages")
        assert "quota" in ben.run("fetch", came["id"]).stderr
    (ben.path / "media.toml").unlink()
    with ben.node(*options):
        ben("fetch", came["id"], code=1)
        assert not ben("messages")[0]["attachments"][0]["held"]
        with ann.node(*options, listen=there.address.partition("/p2p/")[0]):
            until(lambda: ben("connect", there.address))
            ben("fetch", came["id"], "--to", str(tmp_path / "came"))
    assert (tmp_path / "came").read_bytes() == clean


@long
def test_a_picture_comes_to_a_closed_group(tmp_path: Path) -> None:
    ann, ben = Home(tmp_path / "ann", "Ann"), Home(tmp_path / "ben", "Ben")
    options = ("--no-mdns", "--no-port-mapping")
    for one, other in ((ann, ben), (ben, ann)):
        one("follow", other.account)
        one("messages")
        named(one, options)
    clean = picture(tmp_path / "mill.png", LARGE)
    with ann.node(*options) as there, ben.node(*options, "--peer", there.address):
        until(lambda: prekeys(ann) == prekeys(ben) == 2)
        ann("group", "create", "Mills")
        ann("group", "invite", "Mills", ben.account, "--yes")
        until(lambda: [one["state"] for one in looked(ben, "group", "list")] == ["invited"])
        ben("accept", "Mills")
        mill = ("--attach", str(tmp_path / "mill.png"), "--alt", "A mill")
        made = ann("post", "--to", "Mills", "look", *mill)[0]
        until(lambda: len(looked(ben, "read", "--group", "Mills")) == 1)
        [came] = ben("read", "--group", "Mills")
        assert came["id"] == made["id"] and not came["attachments"][0]["held"]
        ben("fetch", made["id"], "--to", str(tmp_path / "came"))
        assert (tmp_path / "came").read_bytes() == clean
        assert ben("read", "--group", "Mills")[0]["attachments"][0]["held"]
        for home in (ann, ben):
            assert sealed(home) and not in_files(home, clean[1000:1064])
            home("forget", made["id"])
            assert sealed(home) == []
