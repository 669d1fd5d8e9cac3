"""Backups as the tests write and read them."""

from __future__ import annotations

from pathlib import Path

from sayso_node.backup.restore import Restored, restore
from sayso_node.backup.writer import write_backup
from sayso_node.home.directory import Home
from sayso_node.home.open_store import open_home
from sayso_protocol.content.body import Post, read_body
from sayso_protocol.crypto.keys import KeyPair
from sayso_storage.interface.store import Store, TimelineQuery

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
