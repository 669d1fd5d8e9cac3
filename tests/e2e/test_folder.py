"""A folder that homes take turns with, while a node runs."""

from pathlib import Path

import pytest
from tests.budget import long

from .support import Home, until

pytestmark = pytest.mark.e2e


@long
def test_what_came_on_a_stick_goes_on_over_the_network(tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    anna, bert, cara = (Home(tmp_path / name) for name in ("anna", "bert", "cara"))
    anna("post", "Far from any network.")
    for home in (bert, cara):
        home("follow", anna.account)
    [given] = anna("sync", str(stick))
    assert (given["sent"], given["in_sync"]) == (2, True)
    with bert.node() as node, cara.node("--peer", node.address):
        until(lambda: bool(bert.connected()))
        [taken] = bert("sync", str(stick))
        assert taken["received"] == 2
        until(lambda: cara.texts(anna.account) == ["Far from any network."])
        bert("post", "Written while the node runs.")
        assert bert("sync", str(stick))[0]["sent"] >= 1
    anna("follow", bert.account)
    anna("sync", str(stick))
    assert anna.texts(bert.account) == ["Written while the node runs."]
