"""Commands about pictures and films, on a home without a node."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.e2e.films import attach, write_film

from sayso_protocol.blob.cid import RAW, cid_text

from ..conftest import Sayso

UNKNOWN = cid_text(RAW + bytes(32))


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    write_film(path, 600_000)
    return path


@pytest.fixture
def attached(home: Path, film: Path) -> tuple[str, str]:
    """The id of an own post and the CID of what it attaches."""
    return attach(home, film, "video/mp4", "A ship at \x1b[31msea.")


def test_an_entry_shows_what_it_attaches(
    sayso: Sayso, home: Path, attached: tuple[str, str]
) -> None:
    entry, cid = attached
    plain = sayso("show", entry, "--home", home).out
    assert cid in plain and "[600 kB, here]" in plain and "“A ship at" in plain
    assert "\x1b" not in plain
    (one,) = sayso("show", entry, "--home", home, "--json").record["attachments"]
    assert (one["cid"], one["size"], one["held"]) == (cid, 600_000, True)


def test_blobs_are_listed_pinned_and_let_go(
    sayso: Sayso, home: Path, attached: tuple[str, str]
) -> None:
    entry, cid = attached
    record = sayso("blobs", "--home", home, "--json").record
    assert record == {
        "cid": cid, "type": "video/mp4", "size": 600_000, "held": True, "pinned": True,
        "have": 600_000, "holders": [], "because": "own", "entries": [entry],
    }  # fmt: skip
    assert "you attached it" in sayso("blobs", "--home", home).out
    assert not sayso("pin", cid, "--off", "--home", home, "--json").record["pinned"]
    assert "600 kB of the 2.1 GB" in sayso("blobs", "--home", home).out
    assert "here, and stays" in sayso("pin", cid, "--home", home).out


def test_a_home_without_any_says_how_to_get_some(sayso: Sayso, home: Path) -> None:
    done = sayso("blobs", "--home", home)
    assert (done.code, done.out) == (0, "") and "sayso fetch ID" in done.err
    pinned = sayso("pin", UNKNOWN, "--home", home)
    assert pinned.code == 0 and f"sayso fetch {UNKNOWN}" in pinned.err
    assert "not here" in sayso("blobs", "--home", home).out


def test_what_is_here_is_written_to_a_new_file(
    sayso: Sayso, home: Path, tmp_path: Path, film: Path, attached: tuple[str, str]
) -> None:
    entry, cid = attached
    out = tmp_path / "out"
    assert sayso("fetch", entry, "--to", out, "--home", home, "--json").record["cid"] == cid
    assert out.read_bytes() == film.read_bytes()
    again = sayso("fetch", cid, "--to", out, "--home", home)
    assert again.code == 1 and "is there already" in again.err
    nowhere = sayso("fetch", cid, "--to", tmp_path / "no" / "out", "--home", home)
    assert nowhere.code == 1 and "cannot write" in nowhere.err


def test_bytes_go_to_standard_output_and_nothing_else_does(
    home: Path, film: Path, attached: tuple[str, str], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    from sayso_cli.main import main

    assert main(["--home", str(home), "fetch", attached[1], "--to", "-"]) == 0
    assert capfdbinary.readouterr().out == film.read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["fetch", UNKNOWN], "nobody is known who may have it"),
        (["fetch", "00000000"], "no entry"),
        (["pin", "cat.png"], "is no content identifier"),
        (["fetch", UNKNOWN, "--to", "-"], "nobody is known who may have it"),
    ],
)
def test_what_cannot_be_is_said_with_what_to_do(
    sayso: Sayso, home: Path, words: list[str], said: str
) -> None:
    done = sayso(*words, "--home", home)
    assert done.code == 1 and said in done.err


def test_a_post_without_anything_has_nothing_to_fetch(sayso: Sayso, home: Path) -> None:
    entry = sayso("post", "just words", "--home", home, "--json").record["id"]
    done = sayso("fetch", entry, "--home", home)
    assert done.code == 1 and "nothing is attached" in done.err


def test_a_file_of_settings_with_a_mistake_is_told(
    sayso: Sayso, home: Path, attached: tuple[str, str]
) -> None:
    (home / "media.toml").write_text('quota = "much"\n')
    (home / "media.toml").chmod(0o600)
    done = sayso("blobs", "--home", home)
    assert done.code == 1 and "media.toml has 1 mistake" in done.err
    assert attached[1] in done.out


def test_what_is_not_here_stands_in_the_ledger(
    sayso: Sayso, home: Path, attached: tuple[str, str]
) -> None:
    for path in (home / "blobs").iterdir():
        path.unlink()
    (line,) = [
        one for one in sayso("ledger", "--home", home, "--json").records
        if one["what"] == "not fetched"
    ]  # fmt: skip
    assert (line["cid"], line["id"]) == (attached[1], attached[0])
    assert "not fetched" in sayso("ledger", "--home", home).out
