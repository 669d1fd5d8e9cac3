"""A node that many tests attack, one after the other; and one that is stopped in the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from tests.e2e.support import Home, RunningNode

from sayso_node.accounts.author import Author
from sayso_node.home.directory import Home as NodeHome
from sayso_node.home.open_store import open_home
from sayso_protocol.content.body import Post
from sayso_protocol.crypto.keys import parse_key
from sayso_protocol.limits import MAX_RUN_ENTRIES

CHANCE = Random(1)


@dataclass
class Victim:
    """A running node, and what an honest peer wants of it."""

    home: Home
    node: RunningNode

    @property
    def address(self) -> str:
        return self.node.address

    @property
    def account(self) -> bytes:
        return parse_key(self.home.account)


def home_with_posts(path: Path, count: int = 40, text: str = "post {}") -> Home:
    """A home whose owner has written something; `text` is filled with numbers."""
    made = Home(path)
    home = NodeHome(path)
    with open_home(home) as store:
        author = Author(home, store)
        for first in range(0, count, MAX_RUN_ENTRIES):
            numbers = range(first, min(count, first + MAX_RUN_ENTRIES))
            author.publish(
                [Post(text.format(number, noise=CHANCE.randbytes(200).hex())) for number in numbers]
            )
    return made


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    """For tests that leave it as well as they found it, which is what they are about."""
    home = home_with_posts(tmp_path_factory.mktemp("hostile") / "ann")
    with home.node() as node:
        yield Victim(home, node)


@pytest.fixture(scope="session")
def quiet_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return home_with_posts(tmp_path_factory.mktemp("hostile") / "eve")


@pytest.fixture
def victim(quiet_home: Home) -> Iterator[Victim]:
    """Started for one test, which may stop it."""
    with quiet_home.node() as node:
        yield Victim(quiet_home, node)
