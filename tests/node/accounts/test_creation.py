"""Homes from a phrase, and what an interrupted attempt leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from sayso_node.accounts.author import Author
from sayso_node.accounts.creation import DRAFT, create_account, join_account, make_home
from sayso_node.accounts.devices.device import devices
from sayso_node.accounts.holdings import account_profile
from sayso_node.errors import HomeError, NodeError
from sayso_node.home.directory import Home
from sayso_node.home.keystore import read_keystore
from sayso_node.home.open_store import open_home
from sayso_protocol.content.body import Post
from sayso_protocol.crypto.hashing import next_key_hash
from sayso_protocol.crypto.phrase import account_keys
from sayso_protocol.errors import BadPhrase

PHRASE = "abandon " * 23 + "art"


def test_a_phrase_makes_another_device_of_its_account(tmp_path: Path) -> None:
    first, phrase = create_account(Home(tmp_path / "first"), "Ann", None)
    homes = [Home(tmp_path / name) for name in ("second", "third")]
    made = [join_account(home, phrase, None, None, "laptop") for home in homes]
    assert {one.account for one in made} == {first.account}
    assert len({first.feed, *(one.feed for one in made)}) == 3
    with open_home(homes[0]) as store:
        [device] = devices(store)
        assert (device.label, device.this, device.state.count) == ("laptop", True, 1)
        assert account_profile(store, first.account).profile.name is None, (
            "the profile is not written anew"
        )
        Author(homes[0], store).publish([Post("it works")])


def test_the_phrase_may_be_typed_sloppily(tmp_path: Path) -> None:
    made = join_account(Home(tmp_path / "a"), PHRASE.upper().replace(" ", " \n\t "), None, None)
    assert made.account == account_keys(PHRASE, 0).public


def test_a_later_key_of_the_phrase_is_found(tmp_path: Path) -> None:
    home, account = Home(tmp_path / "a"), account_keys(PHRASE, 3).public
    assert join_account(home, PHRASE, account, None).account == account
    promised = next_key_hash(account_keys(PHRASE, 4).public)
    assert read_keystore(home.keys).next_key_hash == promised


@pytest.mark.parametrize("phrase", ["", "abandon " * 24, "abandon art", PHRASE + " art"])
def test_a_phrase_that_is_none_makes_nothing(phrase: str, tmp_path: Path) -> None:
    with pytest.raises(BadPhrase):
        join_account(Home(tmp_path / "a"), phrase, None, None)
    assert not (tmp_path / "a").exists()


def test_a_home_with_an_account_is_left_alone(home: Home) -> None:
    before = home.keys.read_bytes(), home.store.read_bytes()
    with pytest.raises(HomeError, match="has an account already"):
        join_account(home, PHRASE, None, None)
    assert (home.keys.read_bytes(), home.store.read_bytes()) == before


def test_a_store_without_keys_is_never_removed(home: Home) -> None:
    home.keys.unlink()
    before = home.store.read_bytes()
    with pytest.raises(HomeError, match="no keys"):
        join_account(home, PHRASE, None, None)
    assert home.store.read_bytes() == before


STEPS = ["store.sqlite", "node.key", "keys.json"]


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_an_attempt_that_was_killed_while_moving_in_can_be_repeated(
    kept: int, tmp_path: Path
) -> None:
    """As a power cut leaves it: nothing cleans up, some parts have moved."""
    home = Home(tmp_path / "home")
    join_account(home, PHRASE, None, None)
    draft = home.path / DRAFT
    draft.mkdir()
    for name in STEPS[kept:]:
        (home.path / name).rename(draft / name)
    assert not home.exists
    made = join_account(home, PHRASE, None, None)
    assert not draft.exists()
    with open_home(home) as store:
        own = store.own_feed()
        assert own is not None
        assert own.feed == made.feed == read_keystore(home.keys).feed.public
        Author(home, store).publish([Post("it works")])


def test_without_removing_the_draft_it_could_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above."""
    home = Home(tmp_path / "home")
    join_account(home, PHRASE, None, None)
    draft = home.path / DRAFT
    draft.mkdir()
    home.keys.rename(draft / home.keys.name)
    monkeypatch.setattr("sayso_node.accounts.creation.clear_draft", lambda *_: None)
    with pytest.raises(HomeError, match="no keys"):
        join_account(home, PHRASE, None, None)


@pytest.mark.parametrize("step", range(3))
def test_an_attempt_that_fails_leaves_nothing(
    step: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, done = Home(tmp_path / "home"), []
    rename = Path.rename

    def fail(path: Path, target: Path) -> Path:
        done.append(path)
        if len(done) > step:
            raise OSError(5, "Input/output error")
        return rename(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", fail)
        with pytest.raises(OSError, match="Input/output"):
            join_account(home, PHRASE, None, None)
    assert sorted(path.name for path in home.path.iterdir()) == ["node.lock"]
    join_account(home, PHRASE, None, None)


def test_what_cannot_be_put_into_the_store_makes_no_home(tmp_path: Path) -> None:
    from sayso_node.accounts.creation import grant_to, new_keystore

    def refuse(_: object) -> None:
        raise NodeError("damaged")

    keystore = new_keystore(account_keys(PHRASE), bytes(32))
    home = Home(tmp_path / "home")
    with pytest.raises(NodeError, match="damaged"):
        make_home(home, keystore, grant_to(keystore), [Post("x")], None, refuse)
    assert sorted(path.name for path in home.path.iterdir()) == ["node.lock"]


def test_two_attempts_at_once_do_not_mix(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.prepare()
    with home.lock(), pytest.raises(HomeError, match="already"):
        join_account(home, PHRASE, None, None)
    join_account(home, PHRASE, None, None)
