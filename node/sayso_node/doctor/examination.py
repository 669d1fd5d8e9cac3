"""All that the doctor looks at, in order. Works with the node running and with it stopped."""

from __future__ import annotations

from collections.abc import Iterator

from sayso_storage.interface.errors import StoreError

from ..errors import NodeError
from ..home.directory import Home
from ..home.open_store import open_home_to_read
from .blobs import check_blobs
from .diagnosis import Diagnosis, failed
from .files import check_disk, check_permissions
from .keys import check_feed, check_keys, check_node_key
from .letters import check_letters
from .network import check_multicast, check_node
from .store import check_clock, check_store


def examine(home: Home, passphrase: bytes | None = None) -> Iterator[Diagnosis]:
    """The findings, each as soon as it is there. What cannot be looked at because of an earlier
    one is left out. Raises `HomeError` where there is no home."""
    if not home.exists:
        open_home_to_read(home)  # says what to do
    yield check_disk(home)
    yield check_permissions(home)
    yield from _with_store(home, passphrase)
    letters = check_letters(home, passphrase)
    if letters is not None:
        yield letters
    yield check_blobs(home)
    yield check_node_key(home)
    yield from check_node(home)
    yield check_multicast(home)


def _with_store(home: Home, passphrase: bytes | None) -> Iterator[Diagnosis]:
    try:
        store = open_home_to_read(home)
    except (NodeError, StoreError) as error:
        yield check_keys(home, None, passphrase)
        yield failed("store", error)
        return
    try:
        yield check_keys(home, store, passphrase)
        yield check_feed(home, store)
        yield check_store(home, store)
        yield check_clock(store)
    finally:
        store.close()
