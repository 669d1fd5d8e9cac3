"""Whatever goes wrong: the right exit code, one line, no traceback."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.budget import long

from sayso_cli import errors
from sayso_cli.commands import COMMANDS, module_name
from sayso_storage.interface.store import StoreFull

from .conftest import Sayso

PROGRAM = [sys.executable, "-m", "sayso_cli.main"]


def one_line(text: str) -> bool:
    return text.count("\n") == 1 and text.startswith("sayso: ") and "Traceback" not in text


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["nonsense"],
        ["post", "a", "b"],
        ["read", "--limit"],
        ["read", "--lim", "3"],
        ["--nonsense"],
        ["read", "--home", ""],
        ["hub"],
        ["hub", "admit"],
        ["hub", "ask"],
        ["reach"],
        ["reach", "--acknowledge", "perhaps"],
        ["run", "--http"],
        ["show"],
        ["follow"],
        ["label", "x"],
        ["labels"],
        ["labels", "replay", "x"],
        ["import-archive"],
        ["device"],
        ["device", "nonsense"],
        ["device", "add", "--request", "--answer", "x"],
        ["device", "list", "x"],
        ["device", "revoke"],
        ["device", "revoke", "x", "--at", "x", "--all"],
        ["init", "--account", "x"],
        ["rotate"],
        ["backup"],
        ["restore"],
    ],
)
def test_wrong_usage_is_2(words: list[str], sayso: Sayso) -> None:
    done = sayso(*words)
    assert (done.code, done.out) == (2, "")
    assert one_line(done.err)
    assert "--help" in done.err or words[-1] == ""


@pytest.mark.parametrize(
    ("option", "address", "advice"),
    [
        ("--http", "127.0.0.1", "127.0.0.1:7878"),
        ("--http", "192.0.2.7:80", "--http-lan"),
        ("--http", "[::1]:70000", "127.0.0.1:7878"),
        ("--http-lan", "home:80", "0.0.0.0:7879"),
    ],
)
def test_no_page_is_served_at_what_is_no_address(
    option: str, address: str, advice: str, sayso: Sayso
) -> None:
    done = sayso("run", option, address)
    assert (done.code, done.out) == (2, "")
    assert one_line(done.err)
    assert advice in done.err


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        (["import", "nowhere"], "check the path"),
        (["restore", "nowhere"], "check the path"),
        (["init", "--phrase-file", "nowhere"], "check the path"),
        (["init", "--passphrase-file", "nowhere"], "check the path"),
        (["device", "receive", "nowhere"], "check the path"),
        (["import", "{home}"], "name a file"),
        (["restore", "{home}"], "name a file"),
        (["export", "{home}/no/where"], "check the path"),
        (["backup", "{home}/no/where"], "check the path"),
        (["backup", "{home}/store.db/x"], "check the path"),
    ],
)
def test_a_file_that_cannot_be_used_says_what_to_do(
    words: list[str], advice: str, sayso: Sayso, home: Path, tmp_path: Path
) -> None:
    new = words[0] in ("init", "restore")
    given = [word.format(home=home) for word in words]
    done = sayso(*given, "--home", tmp_path / "new" if new else home)
    assert (done.code, done.out) == (1, "")
    assert one_line(done.err)
    assert done.err.endswith(f"; {advice}\n")


@pytest.mark.parametrize(
    "words",
    [
        ["post", "x"],
        ["read"],
        ["show", "12345678"],
        ["follow", "@x"],
        ["follow", "--list", "x@y"],
        ["label", "12345678", "x"],
        ["labels", "subscribe", "@x"],
        ["labels", "unsubscribe", "@x"],
        ["labels", "preview", "@x"],
        ["labels", "list"],
        ["labels", "compare", "@x", "@y"],
        ["labels", "replay", "@x", "--until", "1h"],
        ["unfollow", "@x"],
        ["following"],
        ["profile"],
        ["status"],
        ["run"],
        ["sync", "/ip4/127.0.0.1/tcp/1/p2p/x"],
        ["connect", "/ip4/127.0.0.1/tcp/1/p2p/x"],
        ["peers"],
        ["export", "x"],
        ["import", "x"],
        ["import-archive", "x"],
        ["verify"],
        ["backup", "x"],
        ["device", "add"],
        ["device", "list"],
        ["device", "revoke", "z6Mkzzzzzzzz"],
        ["rotate", "--phrase-file", "x"],
    ],
)
def test_without_a_home_every_command_says_what_to_do(
    words: list[str], sayso: Sayso, tmp_path: Path
) -> None:
    done = sayso(*words, "--home", tmp_path / "none")
    assert (done.code, done.out) == (1, "")
    assert one_line(done.err)
    assert "`sayso " in done.err
    assert not (tmp_path / "none").exists()


def test_failures_are_json_too(sayso: Sayso, home: Path) -> None:
    done = sayso("show", "12345678", "--home", home, "--json")
    assert (done.code, done.out) == (1, "")
    assert json.loads(done.err) == {
        "error": "no entry 12345678 is known here: `sayso read` shows ids",
        "code": "not-found",
        "candidates": [],
    }
    done = sayso("read", "--limit", "x", "--json")
    assert (done.code, json.loads(done.err)["code"]) == (2, "usage")


def test_what_was_typed_is_made_safe_as_well(sayso: Sayso, home: Path) -> None:
    done = sayso("show", "\x1b[31m\u202eabcdef", "--home", home)
    assert done.code == 1
    assert not set(done.err) & set("\x1b\u202e")


@pytest.mark.parametrize("damage", [b"not a database at all, but long enough" * 99, b"\0" * 4096])
def test_a_damaged_store_is_said_to_be_damaged(damage: bytes, sayso: Sayso, home: Path) -> None:
    (home / "store.sqlite").write_bytes(damage)
    for extra in ("-wal", "-shm"):
        (home / f"store.sqlite{extra}").unlink(missing_ok=True)
    for words in (["read"], ["post", "x"], ["verify"], ["status"]):
        done = sayso(*words, "--home", home)
        assert done.code == 1
        assert one_line(done.err)


def test_a_store_of_a_later_version_is_left_alone(sayso: Sayso, home: Path) -> None:
    import sqlite3

    with sqlite3.connect(home / "store.sqlite") as db:
        db.execute("PRAGMA user_version = 9999")
    db.close()
    done = sayso("post", "x", "--home", home, "--json")
    assert (done.code, json.loads(done.err)["code"]) == (1, "store-too-new")


@pytest.mark.parametrize(
    ("error", "code", "reason"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (StoreFull("no space left: make room"), 1, "make room"),
        (PermissionError(13, "Permission denied", "/x"), 1, "permissions"),
        (OSError(28, "No space left on device"), 1, "make room"),
        (OSError(5, "Input/output error", "/x"), 1, "Input/output error"),
        (MemoryError(), 1, "memory"),
        (RuntimeError("boom"), 1, "SAYSO_DEBUG=1"),
        (RecursionError("deep"), 1, "SAYSO_DEBUG=1"),
        (BaseExceptionGroup("", [KeyboardInterrupt()]), 130, "interrupted"),
        (ExceptionGroup("", [ExceptionGroup("", [StoreFull("full")])]), 1, "full"),
    ],
)
def test_every_exception_becomes_one_line(
    error: BaseException,
    code: int,
    reason: str,
    sayso: Sayso,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("sayso_node.home.open_store.open_store", fail)
    done = sayso("post", "x", "--home", home)
    assert (done.code, done.out) == (code, "")
    assert reason in done.err
    assert one_line(done.err)
    monkeypatch.setenv("SAYSO_DEBUG", "1")
    assert "Traceback" in sayso("post", "x", "--home", home).err


def test_every_exception_written_for_people_has_a_code() -> None:
    import sayso_node.archive
    import sayso_node.errors
    import sayso_node.network.link
    import sayso_storage.interface.store

    modules = [
        sayso_node.errors,
        sayso_node.network.link,
        sayso_storage.interface.store,
        sayso_node.archive,
    ]
    found = {
        name
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Exception)
    }
    assert found - {"AlreadyHeld"} <= errors._CODES.keys()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_under_the_output_is_a_failure(home: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*PROGRAM, "status", "--home", str(home)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 1
    assert one_line(done.stderr)


@long
def test_closed_streams_are_no_mistake(home: Path) -> None:
    command = f"{sys.executable} -m sayso_cli.main --home {home}"
    for line, code in ((f"{command} post x >&- 2>&-", 0), (f"{command} post - <&-", 1)):
        done = subprocess.run(["bash", "-c", line], capture_output=True, text=True)
        assert done.returncode == code
        assert "Traceback" not in done.stderr


@long
def test_a_reader_that_leaves_is_no_failure(sayso: Sayso, home: Path) -> None:
    for n in range(3):
        sayso("post", f"{n} " + "long " * 3000, "--home", home)
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [*PROGRAM, "read", "--home", str(home)], stdout=write, stderr=subprocess.PIPE, text=True
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


@long
def test_output_is_utf8_in_json_and_possible_everywhere(sayso: Sayso, home: Path) -> None:
    sayso("post", "grün 你好", "--home", home)
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for words in (["read", "--json"], ["read"]):
        done = subprocess.run(
            [*PROGRAM, *words, "--home", str(home)], env=environment, capture_output=True
        )
        assert (done.returncode, done.stderr) == (0, b"")
    assert "grün 你好" in sayso("read", "--home", home, "--json").out


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_help(command: str, sayso: Sayso) -> None:
    done = sayso(command, "--help")
    assert (done.code, done.err) == (0, "")
    assert f"usage: sayso {command}" in done.out
    assert "--json" in done.out
    assert find_spec(f"sayso_cli.commands.{module_name(command)}") is not None


def test_the_whole_has_help_and_a_version(sayso: Sayso) -> None:
    done = sayso("--help")
    assert done.code == 0
    assert all(command in done.out for command in COMMANDS)
    done = sayso("--version")
    assert (done.code, done.out.startswith("sayso ")) == (0, True)
