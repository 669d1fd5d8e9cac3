"""An account with its phrase, and what it has posted."""

from __future__ import annotations

from dataclasses import dataclass

from sayso_node.accounts.author import Author
from sayso_node.accounts.lineage import own_account
from sayso_node.accounts.rotation import Rotated, rotate
from sayso_node.home.directory import Home
from sayso_node.home.open_store import open_home
from sayso_protocol.content.body import Post, read_body
from sayso_protocol.crypto.phrase import account_keys
from sayso_storage.interface.store import Store, TimelineQuery


@dataclass
class Ann:
    """An account whose phrase is at hand."""

    home: Home
    phrase: str

    def key(self, index: int) -> bytes:
        return account_keys(self.phrase, index).public

    def post(self, text: str) -> None:
        with open_home(self.home) as store:
            Author(self.home, store).publish([Post(text)])

    def rotate(self, label: str | None = None) -> Rotated:
        with open_home(self.home) as store:
            return rotate(self.home, store, self.phrase, label, None)

    def account(self) -> bytes:
        with open_home(self.home) as store:
            return own_account(store)

    def texts(self) -> list[str]:
        with open_home(self.home) as store:
            return texts_in(store)


def texts_in(store: Store, account: bytes | None = None) -> list[str]:
    entries = store.timeline(TimelineQuery(limit=10**6, account=account))
    bodies = [read_body(entry.body or b"") for entry in reversed(entries)]
    return [body.text for body in bodies if isinstance(body, Post)]
