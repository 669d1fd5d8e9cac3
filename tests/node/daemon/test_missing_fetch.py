"""What a conversation lacks comes from a peer over a real link, and stays nowhere."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from tests.budget import long

from sayso_node.accounts.names import Names
from sayso_node.daemon.one_off.missing_fetch import Fetched, fetch_missing
from sayso_node.home.directory import Home
from sayso_node.timeline.missing_entries import filled, missing_of, reference_to
from sayso_node.timeline.thread import thread
from sayso_protocol.content.body import Edit, Post, Profile, Reference
from sayso_protocol.discovery.address_book.known_codec import row_of
from sayso_protocol.discovery.address_book.known_peer import KnownAddress, KnownPeer
from sayso_protocol.discovery.candidate import Origin
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.feed.entry import id_text
from sayso_protocol.feed.run import Run, verify_run

from ..stalling import listening
from ..support import Person


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files are; nothing is left there in the end."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


def reference(person: Person, run: Run) -> Reference:
    return Reference(person.account, person.feed, run.last, run.tip)


class Told:
    """Robin holds Ben's answer, and neither of the posts above it, which Cara and Dora wrote."""

    def __init__(self, tmp_path: Path) -> None:
        self.home = Home(tmp_path / "robin")
        self.home.path.mkdir()
        self.robin, self.ben, self.cara, self.dora = map(Person, ("robin", "ben", "cara", "dora"))
        root = reference(self.dora, self.dora.post("dora begins"))
        self.cara.publish([Profile("Cara C.")])
        above = reference(self.cara, self.cara.publish([Post("cara ansers", reply=root)]))
        self.cara.publish([Edit(above, above, "cara answers")])
        self.answer = self.ben.publish([Post("ben answers", reply=above, root=root)])
        self.robin.follow(self.ben)
        self.robin.store.add_grant(self.ben.grant)
        self.robin.store.append([self.answer], 1)
        self.above, self.root = above, root

    def fetch(self) -> Fetched:
        store = self.robin.store
        entry = store.entry(self.answer.tip)
        assert entry is not None
        self.items = list(thread(store, entry))
        self.said: list[str] = []
        return fetch_missing(
            self.home,
            store,
            missing_of(self.items),
            timeout=30,
            progress=lambda _: None,
            tell=self.said.append,
        )

    def knows(self, address: str) -> None:
        """Robin has met a peer there."""
        parsed = Address.parse(address)
        assert parsed.peer_id is not None
        known = KnownPeer(parsed.peer_id, {address: KnownAddress(parsed, Origin.OWNER, 1)})
        self.robin.store.save_known_peers([row_of(known)], [])


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path)


def test_the_whole_thread_is_read(told: Told, place: Path) -> None:
    for one in (told.cara, told.dora):
        told.ben.follow(one)
        told.ben.store.add_grant(one.grant)
        told.ben.store.append([verify_run(one.store.load(one.feed, 1, 9))], 1)
    with listening(told.ben) as address:
        told.knows(address)
        found = told.fetch()
    assert (found.missing, found.accounts, found.peers) == ([], 2, 2)
    items = [filled(item, found.items) for item in told.items]
    assert [(item.text, item.depth) for item in items] == [
        ("dora begins", 0),
        ("cara answers", 1),
        ("ben answers", 2),
    ]
    assert items[1].name.shown == "Cara C."
    assert told.robin.store.entry(told.above.id) is None
    assert list(place.iterdir()) == []


@long
def test_where_nobody_has_it_it_ends_and_says_so(told: Told) -> None:
    with listening(told.ben) as address:
        told.knows(address)
        found = told.fetch()
    assert (found.items, len(found.missing), found.peers) == ({}, 2, 2)
    assert all("has nothing of" in line for line in told.said[1::2])
    found = told.fetch()  # by now nobody listens there
    assert (found.items, len(found.missing)) == ({}, 2)
    assert "cannot be reached" in told.said[1]


def test_without_any_peer_nothing_is_asked(told: Told) -> None:
    found = told.fetch()
    assert (found.items, len(found.missing), found.peers) == ({}, 2, 0)


def test_what_others_name_is_known_by_its_id(told: Told) -> None:
    store = told.robin.store
    assert reference_to(store, id_text(told.above.id)) == told.above
    assert reference_to(store, id_text(told.root.id)) == told.root
    assert reference_to(store, id_text(told.above.id)[:8].upper()) == told.above
    assert reference_to(store, id_text(told.root.id)[:7]) is None
    assert reference_to(store, id_text(told.answer.tip)[:9]) is None, "it is held"
    assert reference_to(store, id_text(bytes(32))) is None
    assert reference_to(store, "not an id") is None
    assert Names(store).of(told.cara.account).shown is None
