"""A node is at the same port after each start, and two nodes on one machine are at two."""

from pathlib import Path

import pytest
from tests.budget import long

from .support import Home, RunningNode

pytestmark = pytest.mark.e2e

QUIET = ("--no-mdns", "--no-port-mapping")


def ports(node: RunningNode) -> set[str]:
    ready = next(event for event in node.events if event["event"] == "ready")
    return {address.split("/")[4] for address in ready["addrs"]}


def families(node: RunningNode) -> set[str]:
    ready = next(event for event in node.events if event["event"] == "ready")
    return {address.split("/")[1] for address in ready["addrs"]}


@long
def test_the_port_stays_and_is_each_homes_own(tmp_path: Path) -> None:
    ann, ben = Home(tmp_path / "ann", "Ann"), Home(tmp_path / "ben", "Ben")
    with RunningNode(ben, *QUIET) as neighbour:
        with RunningNode(ann, *QUIET) as node:
            first = ports(node)
            assert first == {(ann.path / "port").read_text().strip()}
            assert "ip4" in families(node)
            assert len(ports(neighbour) | first) == 2
        with RunningNode(ann, *QUIET) as again:
            assert ports(again) == first
        # Whose port another program has is told, and runs.
        (ann.path / "port").write_text(ports(neighbour).pop())
        with RunningNode(ann, *QUIET) as elsewhere:
            taken = elsewhere.wait_for("port-taken")
            assert elsewhere.events[0]["event"] == "ready"
            assert {str(taken["port"])} == ports(neighbour)
            assert {str(taken["instead"])} == ports(elsewhere)
            ann("post", "at another port")
        assert {(ann.path / "port").read_text()} == ports(neighbour)
