"""What was chosen on one device, brought to another: all comes along, and what is there stays."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.budget import long

from sayso_node.accounts.creation import NewHome, create_account, join_account
from sayso_node.accounts.devices.pending_device import PendingDevice
from sayso_node.backup.settings import (
    Settings,
    SettingsPlan,
    apply_settings,
    plan,
    read_settings,
    write_settings,
)
from sayso_node.backup.settings_file import MAGIC, seal_settings
from sayso_node.errors import BackupError, NodeError
from sayso_node.home.directory import Home
from sayso_node.home.keystore import read_keystore
from sayso_node.home.open_store import open_home
from sayso_protocol.accounts.statement import NOTHING, sign_revoke
from sayso_protocol.crypto.keys import KeyPair, key_text
from sayso_storage.interface.store import Store

ACCOUNTS = [KeyPair.from_seed(bytes([n]) * 32).public for n in range(1, 6)]
SINCE = 1_600_000_000_000
RULES = b'[[rule]]\naction = "hide"\nwords = ["casino"]\n'
OTHER_RULES = b'[[rule]]\naction = "fold"\nwords = ["news"]\n'
VIEWS = b'[views.calm]\nexpression = "-age"\n'

Chosen = dict[int, str | None]
chosen = st.dictionaries(
    st.integers(0, len(ACCOUNTS) - 1), st.sampled_from([None, "ada", "ben", "Zoë", "du"])
).map(lambda given: {n: name for n, name in given.items() if names_once(given, n)})


def names_once(given: Chosen, number: int) -> bool:
    """Whether no account before has the same petname: one name is one account's."""
    name = given[number]
    return name is None or name not in [given[n] for n in given if n < number]


class Devices:
    """Two homes of one account, each with its store open."""

    def __init__(self, place: Path) -> None:
        self.desk, self.phone = Home(place / "desk"), Home(place / "phone")
        _, phrase = create_account(self.desk, "Robin", None)
        self.made: NewHome = join_account(self.phone, phrase, None, None)
        self.here, self.there = open_home(self.desk), open_home(self.phone)
        self.file = place / "settings"

    def close(self) -> None:
        self.here.close()
        self.there.close()

    def write(self) -> Path:
        self.file.unlink(missing_ok=True)
        write_settings(self.desk, self.here, PendingDevice(self.made.feed, None), self.file, None)
        return self.file

    def read(self) -> tuple[Settings, SettingsPlan]:
        found = read_settings(self.phone, self.there, self.file, None)
        return found, plan(self.phone, self.there, found)

    def take(self) -> SettingsPlan:
        found, planned = self.read()
        apply_settings(self.phone, self.there, found, planned)
        return planned


@pytest.fixture
def devices(tmp_path: Path) -> Devices:
    return Devices(tmp_path)


def follow(store: Store, given: Chosen) -> None:
    for number, name in given.items():
        store.follow(ACCOUNTS[number], name, SINCE)


def followed(store: Store) -> Chosen:
    return {
        ACCOUNTS.index(one.account): one.petname for one in store.subscriptions() if one.followed
    }


@long
@settings(max_examples=30)
@given(chosen, chosen)
def test_all_comes_along_and_what_is_there_stays(sent: Chosen, local: Chosen) -> None:
    with TemporaryDirectory() as folder:
        two = Devices(Path(folder))
        follow(two.here, sent)
        follow(two.there, local)
        two.write()
        two.take()
        now = followed(two.there)
        assert now.keys() == sent.keys() | local.keys()
        for number, name in local.items():
            assert name is None or now[number] == name
        given = [name for name in now.values() if name is not None]
        assert len(given) == len(set(given))
        for number, name in sent.items():
            if name not in local.values() and local.get(number) is None:
                assert now[number] == name
        assert not two.read()[1].changes
        two.close()


def test_files_come_along_and_one_that_is_replaced_is_kept(devices: Devices) -> None:
    (devices.desk.path / "filters.toml").write_bytes(RULES)
    (devices.desk.path / "views.toml").write_bytes(VIEWS)
    (devices.phone.path / "filters.toml").write_bytes(OTHER_RULES)
    for home in (devices.desk, devices.phone):
        for name in ("filters.toml", "views.toml"):
            if (home.path / name).exists():
                (home.path / name).chmod(0o600)
    devices.write()
    planned = devices.take()
    assert (planned.new_files, planned.replaced_files) == (["views.toml"], ["filters.toml"])
    assert (devices.phone.path / "filters.toml").read_bytes() == RULES
    assert (devices.phone.path / "filters.toml.old").read_bytes() == OTHER_RULES
    assert (devices.phone.path / "views.toml").read_bytes() == VIEWS


@pytest.mark.parametrize("whose", ["desk", "phone", "both"])
def test_files_may_be_links_to_where_they_are_kept(
    devices: Devices, tmp_path: Path, whose: str
) -> None:
    kept = {}
    for name, home, rules in (
        ("desk", devices.desk, RULES),
        ("phone", devices.phone, OTHER_RULES),
    ):
        kept[name] = path = home.path / "filters.toml"
        if whose in (name, "both"):
            kept[name] = tmp_path / f"{name}.toml"
            path.symlink_to(kept[name])
        kept[name].write_bytes(rules)
        kept[name].chmod(0o600)
    devices.write()
    assert devices.take().replaced_files == ["filters.toml"]
    assert kept["phone"].read_bytes() == RULES
    assert (devices.phone.path / "filters.toml").is_symlink() == (whose != "desk")
    assert (devices.phone.path / "filters.toml.old").read_bytes() == OTHER_RULES
    assert not devices.read()[1].changes


def test_subscriptions_to_labels_take_effect(devices: Devices) -> None:
    text = f'[[labeller]]\naccount = "{key_text(ACCOUNTS[0])}"\non = {{ spam = "hide" }}\n'
    path = devices.desk.path / "filters.toml"
    path.write_text(text)
    path.chmod(0o600)
    devices.write()
    devices.take()
    assert devices.there.labellers() == [ACCOUNTS[0]]


def test_nobody_else_can_read_it(devices: Devices, tmp_path: Path) -> None:
    follow(devices.here, {0: "a petname of mine"})
    data = devices.write().read_bytes()
    assert b"petname" not in data and ACCOUNTS[0] not in data
    other = Home(tmp_path / "other")
    create_account(other, "Eve", None)
    for home, store in ((other, open_home(other)), (devices.desk, devices.here)):
        with pytest.raises(BackupError, match="another device"):
            read_settings(home, store, devices.file, None)


def test_what_was_changed_on_its_way_is_refused(devices: Devices) -> None:
    follow(devices.here, {0: "ada", 1: None})
    whole, chance = devices.write().read_bytes(), random.Random(7)
    places = sorted(chance.sample(range(len(whole)), 60))
    flipped = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in places]
    for damaged in [*flipped, *(whole[:at] for at in places), whole + b"x", b"", MAGIC]:
        devices.file.write_bytes(damaged)
        with pytest.raises(BackupError):
            devices.read()
    assert followed(devices.there) == {}


Forge = Callable[[Devices], None]


def by_another_account(devices: Devices) -> None:
    other = Home(devices.desk.path.parent / "other")
    create_account(other, "Eve", None)
    with open_home(other) as store:
        store.follow(ACCOUNTS[0], "ada", SINCE)
        write_settings(other, store, PendingDevice(devices.made.feed, None), devices.file, None)


def by_who_has_no_key_of_the_grant(devices: Devices) -> None:
    own = devices.here.own_feed()
    assert own is not None
    thief = KeyPair.from_seed(bytes(32))
    records = [["follow", ACCOUNTS[0], "ada", SINCE]]
    devices.file.write_bytes(seal_settings(records, devices.made.feed, thief, own.grant))


def by_a_revoked_device(devices: Devices) -> None:
    follow(devices.here, {0: "ada"})
    devices.write()
    own = devices.here.own_feed()
    assert own is not None
    devices.there.add_grant(own.grant)
    account = read_keystore(devices.desk.keys, None).account
    devices.there.add_statements([sign_revoke(account, own.feed, 0, None)], SINCE)


def signed(devices: Devices, *records: list[object]) -> None:
    own = devices.here.own_feed()
    assert own is not None
    feed = read_keystore(devices.desk.keys, None).feed
    devices.file.write_bytes(seal_settings(records, devices.made.feed, feed, own.grant))


@long
@pytest.mark.parametrize(
    "forge",
    [
        by_another_account,
        by_who_has_no_key_of_the_grant,
        by_a_revoked_device,
        lambda devices: signed(devices, ["file", "filters.toml", b"[[rule]]\naction = 7\n"]),
        lambda devices: signed(devices, ["file", "views.toml", b"[[view"]),
        lambda devices: signed(devices, ["file", "keys.json", b"{}"]),
        lambda devices: signed(devices, ["file", "../x", b"{}"]),
        lambda devices: signed(devices, ["follow", bytes(32), "ada", SINCE]),
        lambda devices: signed(devices, ["follow", ACCOUNTS[0], "a\nb", SINCE]),
        lambda devices: signed(devices, ["follow", ACCOUNTS[0], "ada", -1]),
        lambda devices: signed(devices, ["seed", bytes(32)]),
    ],
)
def test_what_no_device_of_the_account_wrote_changes_nothing(
    devices: Devices, forge: Forge
) -> None:
    forge(devices)
    with pytest.raises(BackupError):
        devices.take()
    assert followed(devices.there) == {}
    assert not (devices.phone.path / "filters.toml").exists()


def test_nothing_is_written_for_a_device_that_was_revoked_or_is_this(devices: Devices) -> None:
    with pytest.raises(NodeError, match="revoked"):
        write_settings(
            devices.desk,
            devices.here,
            PendingDevice(devices.made.feed, None, NOTHING),
            devices.file,
            None,
        )
    devices.write()
    with pytest.raises(NodeError, match="exists already"):
        write_settings(
            devices.desk, devices.here, PendingDevice(devices.made.feed, None), devices.file, None
        )
