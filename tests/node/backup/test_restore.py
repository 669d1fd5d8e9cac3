"""Backups that are damaged or hostile: nothing is restored from them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from sayso_node.backup import writer as backup
from sayso_node.backup.backup_file import MAGIC
from sayso_node.backup.sealed_stream import SealedWriter
from sayso_node.errors import BackupError, NodeError
from sayso_node.home.directory import Home
from sayso_node.home.open_store import open_home
from sayso_protocol.codec import encode
from sayso_protocol.crypto.keys import KeyPair

from .support import FRIENDS, restored, saved


def test_damaged_files_restore_nothing_and_leave_no_half_home(full: Home, tmp_path: Path) -> None:
    whole = saved(full, tmp_path / "backup").read_bytes()
    path, new, chance = tmp_path / "damaged", Home(tmp_path / "new"), random.Random(5)
    places = sorted(chance.sample(range(len(whole)), 60))
    flipped = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in places]
    cut = [whole[:at] for at in places]
    for damaged in [*flipped, *cut, whole + b"x", b"", MAGIC]:
        path.write_bytes(damaged)
        with pytest.raises(BackupError, match="nothing was restored"):
            restored(new, path)
        assert not new.exists
        assert not new.store.exists()
    path.write_bytes(whole)
    assert restored(new, path).followed == 3, "the same home can be used once the file is sound"


def forged(*records: object, tail: bytes = b"") -> bytes:
    parts: list[bytes] = [MAGIC]
    writer = SealedWriter(parts.append, None)
    for record in records:
        data = record if isinstance(record, bytes) else encode(record)
        writer.write(len(data).to_bytes(4, "big") + data)
    writer.write(backup.END + tail)
    writer.finish()
    return b"".join(parts)


KEY = KeyPair.from_seed(bytes([9]) * 32)
ACCOUNT = ["account", KEY.public, KEY.seed, bytes(32)]
FOLLOW = ["follow", FRIENDS[0], "anna", 1]


@pytest.mark.parametrize(
    "content",
    [
        forged(),
        forged(FOLLOW),
        forged(["account", FRIENDS[0], KEY.seed, bytes(32)]),
        forged(["account", bytes(32), KEY.seed, bytes(32)]),
        forged(["account", KEY.public, b"short", bytes(32)]),
        forged(["account", KEY.public, KEY.seed, b"short"]),
        forged(["account", KEY.public, KEY.seed]),
        forged(["account", 1, 2, 3]),
        forged(ACCOUNT),
        forged(ACCOUNT, tail=b"sayso bundle 1\n"),
        forged(ACCOUNT, ACCOUNT),
        forged(ACCOUNT, ["unknown"]),
        forged(ACCOUNT, 5),
        forged(ACCOUNT, []),
        forged(ACCOUNT, b"\xc1"),
        forged(ACCOUNT, b"\xff" * 10_000),
        forged(ACCOUNT, ["follow", bytes(32), None, 1]),
        forged(ACCOUNT, ["follow", FRIENDS[0], "a\nb", 1]),
        forged(ACCOUNT, ["follow", FRIENDS[0], 5, 1]),
        forged(ACCOUNT, ["follow", FRIENDS[0], None, -1]),
        forged(ACCOUNT, ["follow", FRIENDS[0], None]),
        b"sayso bundle 1\n",
        b"something else",
    ],
    ids=lambda content: str(len(content)),  # what is in it differs between processes
)
def test_hostile_files_restore_nothing(content: bytes, tmp_path: Path) -> None:
    path, new = tmp_path / "hostile", Home(tmp_path / "new")
    path.write_bytes(content)
    with pytest.raises(NodeError, match="nothing was restored"):
        restored(new, path)
    assert not new.exists
    assert not new.store.exists()


def test_a_forged_account_brings_no_entries_of_others(full: Home, tmp_path: Path) -> None:
    """The entries of a bundle are taken only where they are the backup's own account's."""
    from sayso_node.bundle.writer import write_feeds

    parts: list[bytes] = []
    with open_home(full) as store:
        write_feeds(store, backup.own_feeds(store), parts.append, lambda _: None)
    path = tmp_path / "hostile"
    path.write_bytes(forged(ACCOUNT, tail=b"".join(parts)))
    done = restored(Home(tmp_path / "new"), path)
    assert (done.bundle.entries, done.bundle.left_out, done.others) == (0, 1, [])


def test_more_follows_than_anyone_has_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sayso_node.backup import backup_file

    assert backup_file.MAX_RECORDS >= 200_000
    monkeypatch.setattr(backup_file, "MAX_RECORDS", 10)
    path = tmp_path / "hostile"
    path.write_bytes(forged(ACCOUNT, *[FOLLOW] * 11))
    with pytest.raises(BackupError, match="more records"):
        restored(Home(tmp_path / "new"), path)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(BackupError, match="nothing was restored"):
            restored(Home(tmp_path / "new"), path)
