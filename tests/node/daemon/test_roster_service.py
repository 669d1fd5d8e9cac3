"""A front end shows the roster that its owner puts into the store, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio

from sayso_node.accounts.creation import create_account
from sayso_node.clock import now_ms
from sayso_node.daemon.hub import roster_service
from sayso_node.daemon.hub.roster_service import RosterService
from sayso_node.home.directory import Home
from sayso_node.home.node_key import node_public_key
from sayso_node.home.open_store import open_home
from sayso_node.hub.roster import change_roster, consent_of, own_roster, store_key
from sayso_node.sync.engine import Engine
from sayso_protocol.crypto.keys import KeyPair, key_text
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_protocol.sync.rosters.roster import sign_consent, sign_roster
from sayso_protocol.sync.rosters.roster_book import KnownRoster
from sayso_storage.interface.store import Store, StoreError

from ..support import until

OTHER, FAR = (KeyPair.from_seed(bytes([n]) * 32) for n in (1, 2))


def hub_at(path: Path) -> Home:
    home = Home(path)
    create_account(home, "Hub", None)
    return home


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster_service, "LOOK_SECONDS", 0.01)


async def test_it_shows_what_its_owner_signs(tmp_path: Path) -> None:
    home = hub_at(tmp_path / "hub")
    node, key = node_public_key(home), store_key(home).public
    with open_home(home) as store:
        engine = Engine(store, peer_id_of_key(node), "test/1", lambda _: None)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(RosterService(store, engine, node).run)
            first = change_roster(home, store, now_ms(), [consent_of(home, key, now_ms())])
            await until(lambda: engine.replica._state.own_roster == first.wire)
            second = change_roster(home, store, now_ms())
            await until(lambda: engine.replica._state.own_roster == second.wire)
            nursery.cancel_scope.cancel()


async def test_a_store_that_cannot_be_read_is_read_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = hub_at(tmp_path / "hub")
    node, key = node_public_key(home), store_key(home).public
    asked: list[Store] = []

    def fails(store: Store) -> list[bytes]:
        asked.append(store)
        raise StoreError("the disk is away")

    with open_home(home) as store:
        roster = change_roster(home, store, now_ms(), [consent_of(home, key, now_ms())])
        engine = Engine(store, peer_id_of_key(node), "test/1", lambda _: None)
        async with trio.open_nursery() as nursery:
            with monkeypatch.context() as patch:
                patch.setattr(type(store), "rosters", fails)
                nursery.start_soon(RosterService(store, engine, node).run)
                await until(lambda: len(asked) > 2)
                assert engine.replica._state.own_roster == b""
            await until(lambda: engine.replica._state.own_roster == roster.wire)
            nursery.cancel_scope.cancel()


def test_rosters_of_others_and_of_other_stores_are_not_the_own(tmp_path: Path) -> None:
    home = hub_at(tmp_path / "hub")
    node = node_public_key(home)
    with open_home(home) as store:

        def keep(epoch: bytes, signer: KeyPair, member: KeyPair) -> None:
            consent = sign_consent(member, signer.public, 0)
            roster = sign_roster(signer, epoch, 9, 1, [consent])
            store.save_roster(key_text(signer.public), KnownRoster(roster).pack(), now_ms())

        keep(bytes(16), OTHER, FAR)
        assert own_roster(store) is None
        keep(store.epoch, FAR, OTHER)
        assert own_roster(store) is not None
        assert own_roster(store, node) is None
        store.save_roster("z6MkDamaged", b"nonsense", now_ms())
        assert own_roster(store, OTHER.public) is not None
