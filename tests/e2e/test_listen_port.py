"""A node is at the same port after each start, and two nodes on one machine are at two."""

from pathlib import Path

import pytest

from .support import Home, RunningNode

pytestmark = pytest.mark.e2e


def ports(node: RunningNode) -> set[str]:
    ready = next(event for event in node.events if event["event"] == "ready")
    return {address.split("/")[4] for address in ready["addrs"]}


def families(node: RunningNode) -> set[str]:
    ready = next(event for event in node.events if event["event"] == "ready")
    return {address.split("/")[1] for address in ready["addrs"]}


def test_the_port_stays_and_is_each_homes_own(tmp_path: Path) -> None:
    ann, ben = Home(tmp_path / "ann", "Ann"), Home(tmp_path / "ben", "Ben")
    node = RunningNode(ann, "--no-mdns", "--no-port-mapping")
    first = ports(node)
    assert first == {(ann.path / "port").read_text().strip()}
    assert "ip4" in families(node)
    neighbour = RunningNode(ben, "--no-mdns", "--no-port-mapping")
    assert len(ports(neighbour) | first) == 2
    node.stop()

    again = RunningNode(ann, "--no-mdns", "--no-port-mapping")
    assert ports(again) == first
    again.stop()

    # Whose port another program has is told, and runs.
    (ann.path / "port").write_text(ports(neighbour).pop())
    elsewhere = RunningNode(ann, "--no-mdns", "--no-port-mapping")
    taken = elsewhere.wait_for("port-taken")
    assert elsewhere.events[0]["event"] == "ready"
    assert {str(taken["port"])} == ports(neighbour)
    assert {str(taken["instead"])} == ports(elsewhere)
    ann("post", "at another port")
    elsewhere.stop()
    neighbour.stop()
    assert {(ann.path / "port").read_text()} == ports(neighbour)
