"""Own posts go first, whatever somebody who is followed gives the node to do."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from tests.budget import long

from sayso_node.accounts.author import Author
from sayso_node.accounts.creation import create_account
from sayso_node.home import directory
from sayso_node.home.open_store import open_home
from sayso_protocol.content.body import Post

from .support import Home, until

pytestmark = pytest.mark.e2e

HARD = "a" + "\u0345" * 3_900 + "\u0327" * 3_900
"""Combining marks in the order that takes longest to put right."""
MANY = 160


def hard_posts(path: Path) -> str:
    """A home whose owner wrote many of them; gives the account."""
    from sayso_protocol.crypto.keys import key_text

    home = directory.Home(path)
    made, _ = create_account(home, "Mal", None)
    with open_home(home) as store:
        author = Author(home, store)
        for _ in range(MANY // 16):
            author.publish([Post(HARD) for _ in range(16)])
    return key_text(made.account)


@long
def test_posts_searches_and_the_end_wait_for_no_index(tmp_path: Path) -> None:
    account = hard_posts(tmp_path / "mal")
    mal, ann = Home(tmp_path / "mal", init=False), Home(tmp_path / "ann", "Ann")
    ann("follow", account)
    took: list[float] = []
    with mal.node() as there, ann.node("--peer", there.address) as here:
        until(lambda: ann.have(account) > MANY // 2)
        end = time.monotonic() + 8.0  # in which the node begins to index
        while time.monotonic() < end:
            begin = time.monotonic()
            ann("post", f"after {len(took)}")
            took.append(time.monotonic() - begin)
        stopping = here.stop()
    assert ann.texts(ann.account) == [f"after {number}" for number in range(len(took))]
    # A command alone takes a second on a busy machine.
    assert max(took) < 60.0
    assert stopping < 5.0
