"""An account is found by its key alone, by real homes over an internet with routers in it."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.budget import long
from tests.e2e.support import Home, RunningNode, until

from .internet import Router, internet
from .sayso_home import address_at, running

pytestmark = pytest.mark.e2e

LISTEN = ("--listen", "/ip4/0.0.0.0/tcp/0", "--listen", "/ip6/::/tcp/0")
SOON = 120


def is_open(node: RunningNode) -> bool:
    return bool(node.home("status")[0]["reachability"] == "open")


@long
def test_a_stranger_behind_a_router_finds_a_home_by_its_key_and_reads_it(tmp_path: Path) -> None:
    names = ("rob", "pat", "sue", "ann", "ben")
    rob, pat, sue, ann, ben = (Home(tmp_path / name, name) for name in names)
    ann("post", "found me")
    with internet() as net, ExitStack() as stack:
        machines = [net.machine(name) for name in ("rob", "pat", "sue", "ann")]
        behind = net.home("ben", Router.PORT)
        net.start()
        first = stack.enter_context(running(rob, machines[0], *LISTEN))
        at = address_at(first, machines[0].ip4)
        others = [
            stack.enter_context(running(home, machine, *LISTEN, "--peer", at))
            for home, machine in zip((pat, sue, ann), machines[1:], strict=True)
        ]
        until(lambda: all(map(is_open, [first, *others])), SOON)
        reader = stack.enter_context(running(ben, behind, *LISTEN, "--peer", at))
        found: list[dict[str, Any]] = []

        def look() -> bool:
            time.sleep(2)  # who asks again and again is told nothing for a while
            done = ben.run("--json", "find", ann.account)
            rows = [json.loads(line) for line in done.stdout.splitlines()]
            found[:] = [row for row in rows if row.get("by") == "account"]
            return bool(found)

        until(look, SOON)
        assert found[0]["peer"] == others[2].peer_id
        assert any(machines[3].ip4 in one for one in found[0]["addrs"])
        ben("follow", ann.account)
        until(lambda: ben.texts(ann.account) == ["found me"], SOON)
        assert reader.peer_id not in str(found)
