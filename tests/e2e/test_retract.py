"""A post is taken back: real homes, real nodes, and every file of theirs searched for it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from .support import Home, until

pytestmark = pytest.mark.e2e

SECRET = "zauberlehrling, and what else was said there"


def files_with(folder: Path, text: str) -> set[str]:
    """The homes in which some file has a text."""
    found = set()
    for file in list(folder.rglob("*")):
        with suppress(FileNotFoundError):  # some are there for a moment
            if file.is_file() and text.encode() in file.read_bytes():
                found.add(file.relative_to(folder).parts[0])
    return found


def test_it_is_in_no_file_of_any_home(tmp_path: Path) -> None:
    ann, ben, cid = homes = [Home(tmp_path / name, name) for name in ("ann", "ben", "cid")]
    for reader in (ben, cid):
        reader("follow", ann.account)
    entry = ann("post", SECRET)[0]["id"]
    ann("post", "and something else")
    with ann.node() as first, ben.node("--peer", first.address) as second:
        until(lambda: ben.have(ann.account) == 4)
        with cid.node("--peer", second.address):
            until(lambda: cid.have(ann.account) == 4)
            for home in homes:
                assert home("search", "zauberlehrling")[0]["id"] == entry
            assert files_with(tmp_path, SECRET) == {"ann", "ben", "cid"}  # the control
            assert ann("retract", entry, "--yes")[0]["taken_back"] == [entry]
            until(lambda: not files_with(tmp_path, SECRET), 15)
            until(lambda: not files_with(tmp_path, "auberlehrling"), 15)
            for home in homes:
                assert home("show", entry)[0]["body"] == "taken back"
                assert home("search", "zauberlehrling") == []
    for home in homes:
        assert home("verify")[0]["errors"] == 0
