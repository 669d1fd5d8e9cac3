"""An account ends the feed of one of its devices, and forks are shown: real processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.budget import long

from sayso_node.clock import now_ms
from sayso_node.control.client import notify
from sayso_node.home.directory import Home as Place
from sayso_node.home.keystore import Keystore, read_keystore
from sayso_protocol.accounts.statement import sign_grant, sign_revoke
from sayso_protocol.content.body import Open, Post, write_body
from sayso_protocol.crypto.keys import KeyPair, key_text
from sayso_protocol.feed.fork import fork_of
from sayso_protocol.feed.run import Run, sign_run
from sayso_storage.interface.store import Store
from sayso_storage.sqlite import open_store

from .support import Home, until

pytestmark = pytest.mark.e2e

DEVICE = KeyPair.from_seed(bytes(range(32)))


@pytest.fixture
def ann(tmp_path: Path) -> Home:
    return Home(tmp_path / "ann", "Ann")


@pytest.fixture
def ben(tmp_path: Path) -> Home:
    return Home(tmp_path / "ben", "Ben")


@contextmanager
def at_home(home: Home) -> Iterator[tuple[Store, Keystore]]:
    """Do something in a home as a command does, and tell the running node of it."""
    place = Place(home.path)
    with open_store(place.store) as store:
        yield store, read_keystore(place.keys)
    notify(place, "all")


def device_with(home: Home, texts: list[str]) -> Run:
    """A second device of the home's account, with posts that have come here."""
    with at_home(home) as (store, keystore):
        own = store.own_feed()
        assert own is not None
        grant = sign_grant(keystore.account, DEVICE, own.grant.next_key_hash)
        bodies = [write_body(body) for body in (Open(grant.wire), *map(Post, texts))]
        run = sign_run(DEVICE, 1, None, [now_ms()] * len(bodies), bodies)
        assert store.add_grant(grant)
        assert store.append([run], now_ms()) == [run]
    return run


@long
def test_a_device_that_is_revoked_here_says_nothing_there(ann: Home, ben: Home) -> None:
    run = device_with(ann, [f"from the device {n}" for n in range(20)])
    ann("post", "from home")
    with ann.node() as here:
        ben("follow", ann.account)
        with ben.node("--peer", here.address) as there:
            until(lambda: ben.have(ann.account) == 24)
            with at_home(ann) as (store, keystore):
                said = sign_revoke(keystore.account, DEVICE.public, 11, run.ids[10])
                assert store.add_statements([said], now_ms()) == [True]
            event = there.wait_for("revoked")
            assert event["feed"] == key_text(DEVICE.public)
            until(lambda: ben.have(ann.account) == 14)
            assert ben.connected()[0]["ended"] == [key_text(DEVICE.public)]
    expected = ["from home", *(f"from the device {n}" for n in range(10))]
    assert sorted(ben.texts(ann.account)) == sorted(expected)
    assert ben("following")[0]["ended"] == {key_text(DEVICE.public): 11}
    assert ben("status")[0]["ended"] == {key_text(DEVICE.public): 11}
    assert "ended by its account after entry 11" in ben.run("following").stdout
    assert ben("verify")[0]["errors"] == 0


@long
def test_a_proof_of_a_fork_travels_and_is_shown(ann: Home, ben: Home) -> None:
    run = device_with(ann, ["one story"])
    body = write_body(Post("another story"))
    contrary = sign_run(DEVICE, 2, run.ids[0], [run.times[1]], [body])
    with ann.node() as here:
        ben("follow", ann.account)
        with ben.node("--peer", here.address) as there:
            until(lambda: ben.have(ann.account) == 4)
            with at_home(ann) as (store, _):
                proof = fork_of(run, contrary)
                assert proof is not None
                assert store.add_statements([proof], now_ms()) == [True]
            assert there.wait_for("forked")["feed"] == key_text(DEVICE.public)
            until(lambda: ben.connected()[0]["forked"] == [key_text(DEVICE.public)])
    assert ben("following")[0]["forked_at"] == {key_text(DEVICE.public): 2}
    assert ben("status")[0]["forked_at"] == {key_text(DEVICE.public): 2}
    assert "forked at entry 2" in ben.run("status").stdout
