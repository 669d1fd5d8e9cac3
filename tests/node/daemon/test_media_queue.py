"""What is to come by itself: as much as is held in mind, and by a hub in the end all of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.storage.makers import NOW_MS, author, run_of

from sayso_node.accounts.creation import create_account
from sayso_node.daemon import media_queue
from sayso_node.daemon.media_queue import MediaQueue
from sayso_node.home.directory import Home
from sayso_node.home.open_store import open_home
from sayso_node.hub.carried_media import CarriedMedia
from sayso_node.media.blob_store import open_blobs
from sayso_protocol.blob.cid import RAW
from sayso_protocol.blob.media_settings import MediaSettings
from sayso_protocol.content.attachment import Attachment
from sayso_protocol.content.body import Post
from sayso_storage.interface.store import Store

BERT = author(2)
PICTURES = 25


def picture(number: int) -> Attachment:
    return Attachment(RAW + number.to_bytes(32, "big"), 1000, "image/png")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[Home, Store]]:
    home = Home(tmp_path / "home")
    create_account(home, "Hub", None)
    with open_home(home) as store:
        yield home, store


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_queue, "MAX_WAITING", 8)
    monkeypatch.setattr(media_queue, "PAGE", 5)


def bring(store: Store) -> None:
    store.add_grant(BERT.grant)
    posts = [Post(str(n), attach=(picture(n),)) for n in range(1, PICTURES + 1)]
    store.append([run_of(BERT, posts)], NOW_MS)


def all_that_comes(queue: MediaQueue, store: Store) -> list[Attachment]:
    """What was noted, each of which fails as soon as it was."""
    came, arrival = list[Attachment](), 0
    for _ in range(20):
        arrival = queue.look(arrival, MediaSettings())
        assert len(queue.waiting) <= 8
        came += [one.attachment for one in queue.waiting.values()]
        queue.waiting.clear()
    assert arrival == store.last_arrival()
    return came


def test_a_hub_comes_to_all_of_the_past(place: tuple[Home, Store]) -> None:
    home, store = place
    store.carry(BERT.account.public, "owner", "", "", NOW_MS)
    bring(store)
    blobs = open_blobs(home)
    queue = MediaQueue(home, store, blobs, CarriedMedia(home, store, blobs))
    came = all_that_comes(queue, store)
    assert {one.cid for one in came} == {picture(n).cid for n in range(1, PICTURES + 1)}
    queue.look(store.last_arrival(), MediaSettings())
    assert not queue.waiting, "nothing is asked for again"


def test_a_hub_looks_at_what_was_there_before_it_started(place: tuple[Home, Store]) -> None:
    home, store = place
    store.carry(BERT.account.public, "owner", "", "", NOW_MS)
    bring(store)
    blobs = open_blobs(home)
    queue = MediaQueue(home, store, blobs, CarriedMedia(home, store, blobs))
    queue.look(store.last_arrival(), MediaSettings())
    assert [one.attachment for one in queue.waiting.values()] == [*map(picture, range(1, 9))]


def test_a_persons_node_takes_what_it_has_in_mind(place: tuple[Home, Store]) -> None:
    home, store = place
    store.follow(BERT.account.public, None, NOW_MS)
    bring(store)
    queue = MediaQueue(home, store, open_blobs(home))
    assert all_that_comes(queue, store) == [*map(picture, range(1, 9))]
