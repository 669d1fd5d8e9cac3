"""Files of private messages on the command line: attached, shown, brought out, erased."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.node.support import Person
from tests.protocol.media.pictures import picture

from sayso_node.home.directory import Home
from sayso_node.home.keystore import read_keystore
from sayso_node.home.letter_keys import open_letters
from sayso_node.home.open_store import open_home
from sayso_node.media.sealed_store import open_sealed
from sayso_node.messages.conversation import compose_message, find_message
from sayso_node.messages.kept_message import SEALED_FILE
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.private.contents.message_file import FileWithin

from .conftest import Sayso

BEN = key_text(Person("ben").account)
LARGE = 700_000


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "holiday.jpg"
    path.write_bytes(picture("JPEG", 1))
    return path


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.bin"
    path.write_bytes(bytes(range(256)) * (LARGE // 256) + b"the end")
    return path


def files_of(home: Path) -> list[Path]:
    folder = home / "sealed"
    return sorted(folder.iterdir()) if folder.exists() else []


def test_a_small_file_lies_in_the_message(sayso: Sayso, home: Path, photo: Path) -> None:
    words = ["--attach", photo, "--alt", "a wall", "--home", home, "--json"]
    made = sayso("message", BEN, "look", *words).record
    [one] = made["attachments"]
    assert one["cid"] is None and one["held"] and one["type"] == "image/jpeg"
    assert (one["name"], one["alt"]) == ("holiday.jpg", "a wall")
    assert files_of(home) == []
    assert sayso("messages", "--home", home, "--json").records == [made]
    out = photo.with_name("out")
    sayso("fetch", made["id"], "--to", out, "--home", home)
    assert len(out.read_bytes()) == one["size"] <= photo.stat().st_size
    shown = sayso("messages", "--home", home).out
    assert "image/jpeg" in shown and "“a wall”" in shown and "holiday.jpg" in shown


def test_a_larger_file_lies_sealed_beside_it(sayso: Sayso, home: Path, film: Path) -> None:
    words = ["--attach", film, "--keep-metadata", "--home", home, "--json"]
    made = sayso("message", BEN, *words).record
    assert made["text"] == ""
    [one] = made["attachments"]
    assert one["size"] == film.stat().st_size and one["held"]
    [blob] = sayso("blobs", "--home", home, "--json").records
    assert blob["cid"] == one["cid"] and blob["because"] == "sealed" and blob["pinned"]
    assert blob["size"] == one["size"] + 3 * 16
    data = film.read_bytes()
    assert not any(data[1000:1300] in path.read_bytes() for path in files_of(home))
    for named in (made["id"][:10], one["cid"]):
        out = film.with_name(f"out-{named}")
        told = sayso("fetch", named, "--to", out, "--home", home, "--json").record
        assert told["message"] == made["id"] and told["held"]
        assert out.read_bytes() == data
    assert "700" in sayso("messages", "--home", home).out.replace(",", "")


def test_one_of_several_is_chosen_by_its_number(
    sayso: Sayso, home: Path, photo: Path, film: Path
) -> None:
    words = ["--attach", film, "--attach", photo, "--keep-metadata", "--home", home, "--json"]
    made = sayso("message", BEN, "two", *words).record
    out = film.with_name("out")
    many = sayso("fetch", made["id"], "--to", out, "--home", home)
    assert many.code == 2 and "--number" in many.err
    none = sayso("fetch", made["id"], "--number", "3", "--to", out, "--home", home)
    assert none.code == 1 and "2 attachments" in none.err
    sayso("fetch", made["id"], "--number", "2", "--to", out, "--home", home)
    assert out.read_bytes() == photo.read_bytes()
    again = sayso("fetch", made["id"], "--number", "1", "--to", out, "--home", home)
    assert again.code == 1 and "there already" in again.err


def test_what_is_forgotten_goes_with_its_file(sayso: Sayso, home: Path, film: Path) -> None:
    words = ["--attach", film, "--keep-metadata", "--home", home, "--json"]
    first = sayso("message", BEN, "one", *words).record
    second = sayso("message", BEN, "two", *words).record
    kept = second["attachments"][0]["cid"]
    assert kept != first["attachments"][0]["cid"], "each is sealed under a key of its own"
    sayso("forget", first["id"], "--home", home)
    assert [one["cid"] for one in sayso("blobs", "--home", home, "--json").records] == [kept]
    sayso("forget", BEN, "--home", home)
    assert files_of(home) == []
    done = sayso("fetch", second["id"], "--home", home)
    assert done.code == 1


@pytest.mark.parametrize("count", [9])
def test_too_many_files(sayso: Sayso, home: Path, photo: Path, count: int) -> None:
    words = [word for _ in range(count) for word in ("--attach", photo)]
    done = sayso("message", BEN, "look", *words, "--home", home)
    assert done.code == 1 and "at most 8" in done.err
    assert sayso("messages", "--home", home, "--json").records == []


def test_a_file_with_metadata_that_stays_is_refused(sayso: Sayso, home: Path, film: Path) -> None:
    done = sayso("message", BEN, "look", "--attach", film, "--home", home)
    assert done.code == 1 and "--keep-metadata" in done.err
    assert files_of(home) == [] and not sayso("messages", "--home", home, "--json").records


def test_what_cannot_be_kept_leaves_no_file(sayso: Sayso, home: Path, film: Path) -> None:
    words = ["--attach", film, "--keep-metadata", "--home", home]
    assert sayso("message", BEN, "x" * 17_000, *words).code == 1
    words += ["--alt", "y" * 6_000] + ["--attach", film, "--alt", "y" * 6_000] * 5
    done = sayso("message", BEN, "x", *words)
    assert done.code == 1 and "too long" in done.err
    assert files_of(home) == []


def test_names_of_others_are_shown_harmlessly_and_are_no_paths(
    sayso: Sayso, home: Path, tmp_path: Path
) -> None:
    where = Home(home)
    sayso("messages", "--home", home)
    with open_home(where) as store:
        records = open_letters(where, read_keystore(where.keys).feed.seed)
        name = "a\u202egnp.exe"
        file = FileWithin("text/\x1b[31mplain", name, "\x1b]0;owned\x07 \u202ealt", b"a word")
        made = compose_message(store, records, Person("ben").account, "", 1_000, None, (file,))
        records.close()
    shown = sayso("messages", "--home", home).out
    assert "\x1b" not in shown and "\u202e" not in shown and "\x07" not in shown
    out = tmp_path / "out"
    told = sayso("fetch", made.id, "--to", out, "--home", home)
    assert out.read_bytes() == b"a word"
    assert "\x1b" not in told.out and "\u202e" not in told.out


def test_a_damaged_file_does_not_open(sayso: Sayso, home: Path, film: Path) -> None:
    words = ["--attach", film, "--keep-metadata", "--home", home, "--json"]
    made = sayso("message", BEN, *words).record
    [path] = [path for path in files_of(home) if path.suffix == ""]
    data = bytearray(path.read_bytes())
    data[300_000] ^= 1
    path.write_bytes(data)
    out = film.with_name("out")
    done = sayso("fetch", made["id"], "--to", out, "--home", home)
    assert done.code == 1 and "not the file" in done.err and not out.exists()


def test_an_id_that_is_nothing_is_told(sayso: Sayso, home: Path) -> None:
    sayso("message", BEN, "no file", "--home", home)
    [made] = sayso("messages", "--home", home, "--json").records
    done = sayso("fetch", made["id"], "--home", home)
    assert done.code == 1 and "nothing is attached" in done.err
    assert sayso("fetch", "0123456789", "--home", home).code == 1


def test_the_records_of_files_go_too(sayso: Sayso, home: Path, film: Path) -> None:
    words = ["--attach", film, "--keep-metadata", "--home", home, "--json"]
    made = sayso("message", BEN, *words).record
    where = Home(home)
    records = open_letters(where, read_keystore(where.keys).feed.seed)
    assert records.count(SEALED_FILE) == 1
    assert find_message(records, made["id"]).message.attachments
    records.close()
    sayso("forget", made["id"], "--home", home)
    records = open_letters(where, read_keystore(where.keys).feed.seed)
    assert records.count(SEALED_FILE) == 0 and open_sealed(where).all_held() == []
    records.close()
