"""Backups: what was the own is back, under a new feed, or nothing is."""

from __future__ import annotations

import random
import tracemalloc
from pathlib import Path

import pytest
from tests.budget import long

from sayso_node.accounts.author import Author
from sayso_node.accounts.creation import create_account
from sayso_node.accounts.devices.device import devices
from sayso_node.accounts.devices.enrolment import (
    approve,
    complete,
    parse_request,
    request_enrolment,
)
from sayso_node.accounts.holdings import account_profile
from sayso_node.backup import writer
from sayso_node.backup.sealed_stream import SealedWriter
from sayso_node.errors import BackupError, HomeError, KeystoreError
from sayso_node.home.directory import Home
from sayso_node.home.keystore import read_keystore
from sayso_node.home.open_store import open_home
from sayso_protocol.content.body import Post
from sayso_protocol.errors import BadPhrase
from sayso_storage.interface.store import Store

from ..support import hear_of
from .support import restored, saved, texts


def test_rules_and_views_are_back(full: Home, tmp_path: Path) -> None:
    rules = "# mine\n" + '[[rule]]\naction = "hide"\ntag = "ads"\n' * 500
    full.filters.write_text(rules)
    full.views.write_text('[views.mine]\nexpression = "1"\n')
    for path in (full.filters, full.views):
        path.chmod(0o600)
    new = Home(tmp_path / "new")
    restored(new, saved(full, tmp_path / "b"))
    assert new.filters.read_text() == rules
    assert new.views.read_bytes() == full.views.read_bytes()
    assert new.filters.stat().st_mode & 0o777 == 0o600


def test_files_that_cannot_be_kept_are_reported(full: Home, tmp_path: Path) -> None:
    full.filters.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BackupError, match=r"filters\.toml"):
        saved(full, tmp_path / "b")
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize(
    "record", [["file", "../keys", b"x"], ["file", "views.toml", 7], ["file", "views.toml"]]
)
def test_no_other_file_is_written(
    full: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record: list
) -> None:
    monkeypatch.setattr(writer, "file_records", lambda _: [record])
    new = Home(tmp_path / "new")
    with pytest.raises(BackupError, match="it does not hold what a backup holds"):
        restored(new, saved(full, tmp_path / "b"))
    assert not new.exists


@pytest.mark.parametrize("passphrase", [None, b"open sesame"])
def test_everything_of_the_own_comes_back(
    full: Home, store: Store, passphrase: bytes | None, tmp_path: Path
) -> None:
    path = saved(full, tmp_path / "backup", passphrase)
    assert path.stat().st_mode & 0o777 == 0o600
    new = Home(tmp_path / "new")
    done = restored(new, path, passphrase, device="new laptop")
    old = store.own_feed()
    assert old is not None
    assert (done.bundle.feeds, done.bundle.entries, done.followed) == (1, old.count, 3)
    assert [state.feed for state in done.others] == [old.feed]
    with open_home(new) as there:
        own = there.own_feed()
        assert own is not None
        assert (own.account, own.feed, own.count) == (old.account, done.new_home.feed, 1)
        assert own.feed != old.feed
        assert [(s.account, s.petname, s.since_ms) for s in there.subscriptions()[1:]] == [
            (s.account, s.petname, s.since_ms) for s in store.subscriptions()[1:]
        ]
        assert texts(there) == texts(store)
        assert account_profile(there, own.account).profile.bio == "Grows beans."
        assert {one.label for one in devices(there)} == {None, "new laptop"}
        assert there.check(None, lambda _: None).errors == ()
        assert there.epoch != store.epoch
    assert read_keystore(new.keys, passphrase).account_seed == read_keystore(full.keys).account_seed
    assert new.node_key.read_bytes() != full.node_key.read_bytes()


def test_the_old_feeds_key_is_nowhere(
    full: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key is looked for in what is sealed, too: every byte that the stream is given."""
    given = bytearray()
    write = SealedWriter.write

    def noted(self: SealedWriter, data: bytes) -> None:
        given.extend(data)
        write(self, data)

    monkeypatch.setattr(SealedWriter, "write", noted)
    path = saved(full, tmp_path / "backup")
    keystore, epoch = read_keystore(full.keys), _epoch(full)
    assert keystore.account_seed is not None
    assert keystore.account_seed in given, "the scan would find what is there"
    for secret in (keystore.feed_seed, keystore.feed.secret, full.node_key.read_bytes(), epoch):
        assert secret not in given
        assert secret not in path.read_bytes()
    new = Home(tmp_path / "new")
    restored(new, path)
    keys = {read_keystore(new.keys).feed_seed, read_keystore(new.keys).account_seed}
    assert keystore.feed_seed not in keys
    for part in new.path.iterdir():
        assert keystore.feed_seed not in part.read_bytes()
        assert keystore.feed.secret not in part.read_bytes()


def _epoch(home: Home) -> bytes:
    with open_home(home) as store:
        return store.epoch


def test_restoring_twice_gives_two_feeds_that_never_meet(full: Home, tmp_path: Path) -> None:
    path = saved(full, tmp_path / "backup")
    homes = [Home(tmp_path / name) for name in ("one", "two")]
    feeds = [restored(home, path).new_home.feed for home in homes]
    assert len({*feeds, read_keystore(full.keys).feed.public}) == 3
    runs = []
    for home in (full, *homes):
        with open_home(home) as store:
            runs.append(Author(home, store).publish([Post("goes on")]))
    assert len({(run.feed, run.last) for run in runs}) == 3
    for home in homes:
        with open_home(home) as store:
            for run in runs:
                if store.feed(run.feed) is not None:
                    store.append([run], 2**41)
            assert [state.forked_at for state in store.feeds_carried()] == [None, None]


def test_a_cloned_home_is_what_forks(full: Home, store: Store, tmp_path: Path) -> None:
    """The control: going on with the old feed's key, as a copy of the whole home does."""
    import shutil

    copy = Home(Path(shutil.copytree(full.path, tmp_path / "copy")))
    runs = []
    for number, home in enumerate((full, copy)):
        with open_home(home) as opened:
            runs.append(Author(home, opened).publish([Post(f"copy {number}")]))
    store.append(runs, 2**41)
    own = store.own_feed()
    assert own is not None
    assert own.forked_at == runs[0].last == runs[1].last


def test_all_devices_that_are_held_are_in_it(full: Home, store: Store, tmp_path: Path) -> None:
    from sayso_protocol.feed.run import verify_run

    phone = Home(tmp_path / "phone")
    request = parse_request(request_enrolment(phone, "phone", None).text)
    made = complete(phone, approve(full, store, request, None, None), None)
    hear_of(phone, store)
    with open_home(phone) as there:
        Author(phone, there).publish([Post("from the phone")])
        raw = there.load(made.feed, 1, 2)
    assert raw is not None
    store.append([verify_run(raw)], 2**41)
    done = restored(Home(tmp_path / "new"), saved(full, tmp_path / "backup"))
    assert (done.bundle.feeds, len(done.others)) == (2, 2)
    with open_home(Home(tmp_path / "new")) as new:
        assert "from the phone" in texts(new)


def test_a_device_without_the_accounts_key_needs_the_phrase_to_restore(tmp_path: Path) -> None:
    first, phone = Home(tmp_path / "first"), Home(tmp_path / "phone")
    made, phrase = create_account(first, "Ann", None)
    with open_home(first) as store:
        request = parse_request(request_enrolment(phone, "phone", None).text)
        complete(phone, approve(first, store, request, None, None), None)
    path, new = saved(phone, tmp_path / "backup"), Home(tmp_path / "new")
    with pytest.raises(BackupError, match="--phrase-file"):
        restored(new, path)
    with pytest.raises(BadPhrase, match="another account"):
        restored(new, path, phrase="abandon " * 23 + "art")
    assert not new.exists
    assert restored(new, path, phrase=phrase).new_home.account == made.account
    assert read_keystore(new.keys) is not None
    assert read_keystore(new.keys).next_key_hash == read_keystore(first.keys).next_key_hash


def test_a_home_with_an_account_is_left_alone(full: Home, tmp_path: Path) -> None:
    path = saved(full, tmp_path / "backup")
    keys = full.keys.read_bytes()
    with pytest.raises(HomeError, match="has an account already"):
        restored(full, path)
    assert full.keys.read_bytes() == keys


def test_a_file_that_is_there_is_not_replaced(full: Home, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("a novel")
    dangling = tmp_path / "link"
    dangling.symlink_to(tmp_path / "elsewhere")
    for path in (precious, tmp_path, dangling, saved(full, tmp_path / "backup")):
        with pytest.raises(BackupError, match="exists already"):
            saved(full, path)
    with pytest.raises(BackupError, match="cannot write"):
        saved(full, tmp_path / "none" / "backup")
    assert precious.read_text() == "a novel"
    assert not (tmp_path / "elsewhere").exists()
    found = {path.name for path in tmp_path.iterdir()}
    assert found == {"precious", "link", "backup", full.path.name}


def test_without_hard_links_it_is_written_too(
    full: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    path = saved(full, tmp_path / "backup")
    assert restored(Home(tmp_path / "new"), path).followed == 3


def test_a_failed_write_leaves_nothing(
    full: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    before = sorted(tmp_path.iterdir())
    monkeypatch.setattr("sayso_node.home.atomic_file.os.fsync", fail)
    with pytest.raises(BackupError, match="No space left"):
        saved(full, tmp_path / "backup")
    assert sorted(tmp_path.iterdir()) == before


@long
def test_a_sealed_home_needs_its_passphrase_to_be_saved(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    create_account(home, None, b"open sesame")
    with pytest.raises(KeystoreError, match="passphrase"):
        saved(home, tmp_path / "backup")
    path = saved(home, tmp_path / "backup", b"open sesame")
    seed = read_keystore(home.keys, b"open sesame").account_seed
    assert seed is not None
    assert seed not in path.read_bytes()
    with pytest.raises(BackupError, match="wrong passphrase"):
        restored(Home(tmp_path / "new"), path, b"wrong")
    assert not (tmp_path / "new").exists()


@long
def test_a_big_backup_takes_little_memory(
    full: Home, author: Author, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty megabytes of posts, written and read within a fraction of that."""
    chance = random.Random(7)
    for _ in range(5):
        author.publish([Post(chance.randbytes(8000).hex()) for _ in range(250)])
    monkeypatch.setattr("sayso_node.bundle.reader.BATCH_ENTRIES", 64)
    tracemalloc.start()
    path = saved(full, tmp_path / "backup")
    _, writing = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    restored(Home(tmp_path / "new"), path)
    _, reading = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    size = 5 * 250 * 16_000
    print(f"{path.stat().st_size} bytes, {writing} to write, {reading} to read")
    assert writing < size / 8
    assert reading < size / 3
