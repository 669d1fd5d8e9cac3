"""`sayso sync DIR`: one exchange with a folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.budget import long

from ..conftest import Sayso

FIELDS = {"received", "sent", "bytes_in", "bytes_out", "seconds", "in_sync"}


@pytest.fixture
def homes(sayso: Sayso, tmp_path: Path) -> tuple[Path, Path]:
    """Two homes that follow each other, with a post each."""
    made = [tmp_path / name for name in ("ann", "ben")]
    keys = [sayso("init", "--home", one, "--json").record["account"] for one in made]
    for home, other in zip(made, reversed(keys), strict=True):
        assert sayso("post", f"By {home.name}.", "--home", home).code == 0
        assert sayso("follow", other, "--home", home).code == 0
    return made[0], made[1]


@long
def test_two_homes_take_turns(sayso: Sayso, homes: tuple[Path, Path], tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    ann, ben = homes
    first = sayso("sync", stick, "--home", ann, "--json").record
    assert first.keys() >= FIELDS
    assert (first["received"], first["sent"], first["in_sync"]) == (0, 2, True)
    assert first["bytes_out"] > 0 == first["bytes_in"]
    second = sayso("sync", stick, "--home", ben, "--json").record
    assert (second["received"], second["sent"]) == (2, 2)
    third = sayso("sync", stick, "--home", ann)
    assert third.out.startswith("received 2, sent 0 entries")
    for home in homes:
        texts = {one["text"] for one in sayso("read", "--home", home, "--json").records}
        assert texts == {"By ann.", "By ben."}
        assert sayso("verify", "--home", home).code == 0
    again = sayso("sync", stick, "--home", ben, "--json").record
    assert (again["received"], again["sent"], again["bytes_out"]) == (0, 0, 0)


@long
def test_blocked_accounts_stay_out(sayso: Sayso, homes: tuple[Path, Path], tmp_path: Path) -> None:
    ann, ben = homes
    key = sayso("profile", "--home", ben, "--json").record["account"]
    assert sayso("block", key, "--home", ann).code == 0
    for home in (ben, ann):
        done = sayso("sync", tmp_path, "--home", home, "--json").record
    assert done["received"] == 0


@pytest.mark.parametrize("name", ["./new", "{}/new", "{}/new/"])
def test_the_last_folder_of_a_path_is_made(
    name: str,
    sayso: Sayso,
    homes: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = sayso("sync", name.format(tmp_path), "--home", homes[0])
    assert (done.code, "Made the folder" in done.err) == (0, True)
    assert (tmp_path / "new" / "sayso" / "README.txt").is_file()


@long
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("/nowhere/at/all", "there is no folder /nowhere/at/all"),
        ("ip4/127.0.0.1/tcp/4001", "begins with /ip4/"),
        ("/media-of-nobody/stick", "is the stick mounted?"),
        ("nonsense", "is no address"),
        ("/ip4/127.0.0.1/tcp/1", "/p2p/"),
    ],
)
def test_what_is_neither_address_nor_folder(
    name: str, says: str, sayso: Sayso, homes: tuple[Path, Path]
) -> None:
    done = sayso("sync", name, "--home", homes[0])
    assert (done.code, done.out) == (1, "")
    assert says in done.err
    assert done.err.count("\n") == 1


def test_a_file_is_no_folder(sayso: Sayso, homes: tuple[Path, Path], tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    done = sayso("sync", path, "--home", homes[0])
    assert done.code == 1
    assert "there is no folder" in done.err


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_folder_that_cannot_be_written_gives_what_it_has(
    sayso: Sayso, homes: tuple[Path, Path], tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    ann, ben = homes
    assert sayso("sync", stick, "--home", ann).code == 0
    for path in [stick, *stick.rglob("*")]:
        path.chmod(path.stat().st_mode & ~0o222)
    done = sayso("sync", stick, "--home", ben, "--json")
    assert (done.code, done.record["received"], done.record["in_sync"]) == (1, 2, False)
    assert "make it writable" in done.err
