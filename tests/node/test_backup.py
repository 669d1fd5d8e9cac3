"""Backups: what was the own is back, under a new feed, or nothing is."""

from __future__ import annotations

import random
import tracemalloc
from pathlib import Path

import pytest

from sayso_node.accounts.author import Author
from sayso_node.accounts.creation import create_account
from sayso_node.accounts.devices import devices
from sayso_node.accounts.enrolment import ask, let_in, look_at, settle_in
from sayso_node.accounts.holdings import account_profile
from sayso_node.backup import writer as backup
from sayso_node.backup.restore import Restored, restore
from sayso_node.backup.sealed_stream import SealedWriter
from sayso_node.backup.writer import MAGIC, write_backup
from sayso_node.errors import BackupError, HomeError, KeystoreError, NodeError
from sayso_node.home.directory import Home
from sayso_node.home.keystore import read_vault
from sayso_node.home.open_store import open_home
from sayso_protocol.codec import encode
from sayso_protocol.content.body import Post, Profile, read_body
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.errors import BadPhrase
from sayso_storage.interface.store import Store, TimelineQuery

from .support import hear_of

FRIENDS = [KeyPair.from_seed(bytes([n]) * 32).public for n in (1, 2, 3)]


def saved(home: Home, path: Path, passphrase: bytes | None = None) -> Path:
    with open_home(home) as store:
        write_backup(home, store, path, passphrase, lambda _: None)
    return path


def restored(home: Home, path: Path, passphrase: bytes | None = None, **more: str) -> Restored:
    options = {"phrase": None, "device": None} | more
    return restore(home, path, passphrase, progress=lambda _: None, **options)


def texts(store: Store) -> list[str]:
    bodies = [read_body(entry.body or b"") for entry in store.timeline(TimelineQuery(limit=10**6))]
    return [body.text for body in reversed(bodies) if isinstance(body, Post)]


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


def test_files_that_cannot_be_kept_are_told(full: Home, tmp_path: Path) -> None:
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
    monkeypatch.setattr(backup, "_files", lambda _: [record])
    new = Home(tmp_path / "new")
    with pytest.raises(BackupError, match="it does not hold what a backup holds"):
        restored(new, saved(full, tmp_path / "b"))
    assert not new.exists


@pytest.fixture
def full(home: Home, store: Store, author: Author) -> Home:
    """Robin's home after some use."""
    for n in range(3):
        author.publish([Post(f"number {n}")])
    author.publish([Profile("Robin", "Grows beans.")])
    for friend, petname in zip(FRIENDS, ("anna", None, "Ännchen von T."), strict=True):
        store.follow(friend, petname, 1_600_000_000_000)
    return home


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
        assert (own.account, own.feed, own.count) == (old.account, done.made.feed, 1)
        assert own.feed != old.feed
        assert [(s.account, s.petname, s.since_ms) for s in there.subscriptions()[1:]] == [
            (s.account, s.petname, s.since_ms) for s in store.subscriptions()[1:]
        ]
        assert texts(there) == texts(store)
        assert account_profile(there, own.account).profile.bio == "Grows beans."
        assert {one.label for one in devices(there)} == {None, "new laptop"}
        assert there.check(None, lambda _: None).errors == ()
        assert there.epoch != store.epoch
    assert read_vault(new.keys, passphrase).account_seed == read_vault(full.keys).account_seed
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
    keystore, epoch = read_vault(full.keys), _epoch(full)
    assert keystore.account_seed is not None
    assert keystore.account_seed in given, "the scan would find what is there"
    for secret in (keystore.feed_seed, keystore.feed.secret, full.node_key.read_bytes(), epoch):
        assert secret not in given
        assert secret not in path.read_bytes()
    new = Home(tmp_path / "new")
    restored(new, path)
    keys = {read_vault(new.keys).feed_seed, read_vault(new.keys).account_seed}
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
    feeds = [restored(home, path).made.feed for home in homes]
    assert len({*feeds, read_vault(full.keys).feed.public}) == 3
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


def test_a_copied_home_is_what_forks(full: Home, store: Store, tmp_path: Path) -> None:
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
    request = look_at(ask(phone, "phone", None).text)
    made = settle_in(phone, let_in(full, store, request, None, None), None)
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
        request = look_at(ask(phone, "phone", None).text)
        settle_in(phone, let_in(first, store, request, None, None), None)
    path, new = saved(phone, tmp_path / "backup"), Home(tmp_path / "new")
    with pytest.raises(BackupError, match="--phrase-file"):
        restored(new, path)
    with pytest.raises(BadPhrase, match="another account"):
        restored(new, path, phrase="abandon " * 23 + "art")
    assert not new.exists
    assert restored(new, path, phrase=phrase).made.account == made.account
    assert read_vault(new.keys) is not None
    assert read_vault(new.keys).next_key_hash == read_vault(first.keys).next_key_hash


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


def test_a_sealed_home_needs_its_passphrase_to_be_saved(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    create_account(home, None, b"open sesame")
    with pytest.raises(KeystoreError, match="passphrase"):
        saved(home, tmp_path / "backup")
    path = saved(home, tmp_path / "backup", b"open sesame")
    seed = read_vault(home.keys, b"open sesame").account_seed
    assert seed is not None
    assert seed not in path.read_bytes()
    with pytest.raises(BackupError, match="wrong passphrase"):
        restored(Home(tmp_path / "new"), path, b"wrong")
    assert not (tmp_path / "new").exists()


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
    from sayso_node.backup import restore as restoring

    assert restoring.MAX_RECORDS >= 200_000
    monkeypatch.setattr(restoring, "MAX_RECORDS", 10)
    path = tmp_path / "hostile"
    path.write_bytes(forged(ACCOUNT, *[FOLLOW] * 11))
    with pytest.raises(BackupError, match="more records"):
        restored(Home(tmp_path / "new"), path)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(BackupError, match="nothing was restored"):
            restored(Home(tmp_path / "new"), path)


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
