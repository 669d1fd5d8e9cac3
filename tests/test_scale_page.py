"""The page about scale: its arithmetic is worked out again from what was measured."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from benchmarks.broadcast_picture import draw, row
from tests.budget import long

from sayso_protocol.discovery.hub.settings import Quota
from sayso_protocol.limits import ANNOUNCE_EVERY_MS
from sayso_storage.interface.network.peers import MAX_RESUME_STATES

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE, HUB, PERFORMANCE = (
    (DOCS / f"{name}.md").read_text(encoding="utf-8") for name in ("scale", "hub", "performance")
)
ROWS = re.findall(r"^\| [\d,]+ \| [\d,]+ \| (?:first|later).*$", PAGE, re.MULTILINE)

DAY = 86_400
PERSON = {"posts": 10, "follows": 200, "peak": 5}
MACHINE = {"cores": 4, "memory": 16e9, "disk": 2e12}
FRONT_ENDS, STORES = 9, 100
COST = {
    "file": 86_000,
    "database": 34_000,
    "push": 0.14e-3,
    "file_disk": 380,
    "database_disk": 899,
    "process": 57e6,
    "account": 2.7e3,
    "peer": 100e3,
}


def cells(line: str) -> list[str]:
    [found] = [one for one in PAGE.splitlines() if one.startswith(f"| {line} ")]
    return [cell.strip() for cell in found.strip("|").split("|")][1:]


def three(number: float) -> str:
    """Three digits that count."""
    return f"{float(f'{number:.3g}'):,.0f}"


def spread(line: str) -> dict[str, Any]:
    """What a row of the table says, as the benchmark would."""
    homes, hubs, what, times, *_ = (cell.strip() for cell in line.strip("|").split("|"))
    share = float(re.findall(r"([\d.]+)%", what)[0]) / 100
    shares = ("50", "99", "100")
    return {
        "homes": int(homes.replace(",", "")),
        "hubs": int(hubs.replace(",", "")),
        "way": "flood" if what.startswith("first") else "tree",
        "gone" if what.startswith("first") else "left": share,
        "milliseconds": {
            name: round(float(at) * 1000) for name, at in zip(shares, times.split("/"), strict=True)
        },
    }


def test_what_it_takes_from_others_stands_there() -> None:
    assert f"| {COST['file']:,} posts/s |" in PERFORMANCE
    assert (
        f"processor time of the node, all that follows from it included | {0.14} ms" in PERFORMANCE
    )
    for what in ("380 bytes", "57 MB", "2.7 kB", "some 100 kB"):
        assert what in HUB
    for what in ("86,000 a second", "34,000; 101,000 a second", "0.14 ms", "380; 899 bytes"):
        assert what in PAGE
    assert "57 MB; 2.7 kB; 100 kB" in PAGE


def test_constants_are_those_of_the_code() -> None:
    assert cells("peers let in, unless `hub.toml` says more")[0] == str(Quota().peers)
    [remembered] = re.findall(r"^\| peers whose place is remembered.*\| (\d+) \| C", PAGE, re.M)
    assert int(remembered) == MAX_RESUME_STATES
    assert f"up to {ANNOUNCE_EVERY_MS} ms (C) late" in PAGE


def test_the_arithmetic_is_right() -> None:
    brings = PERSON["posts"] * PERSON["peak"] / DAY
    takes = brings * PERSON["follows"]
    assert f"{brings:.5f} posts a second" in PAGE and f"{takes:.3f} pushes a second" in PAGE
    year = 365 * PERSON["posts"]
    database = COST["database"] / brings
    disk = MACHINE["disk"] / year / COST["database_disk"]
    cores = FRONT_ENDS * MACHINE["cores"]
    a_core = 1 / COST["push"] / takes
    # Each process has all accounts in memory, each machine its share of the peers.
    free = MACHINE["memory"] - MACHINE["cores"] * COST["process"]
    at_ten = free / (MACHINE["cores"] * COST["account"] + COST["peer"] / FRONT_ENDS)
    at_one = (MACHINE["memory"] - COST["process"]) / (COST["account"] + COST["peer"])
    assert cells("accounts by what can be written") == [
        three(COST["file"] / brings),
        three(database),
        three(STORES * database),
    ]
    assert cells("accounts by disk, a year of posts kept") == [
        three(MACHINE["disk"] / year / COST["file_disk"]),
        three(disk),
        three(STORES * disk),
    ]
    pushed = [a_core, cores * a_core, STORES * cores * a_core]
    assert cells("homes by pushes, all from the hub") == [three(one) for one in pushed]
    assert cells("homes by memory, each carried, too") == [
        three(at_one),
        three(at_ten),
        three(STORES * at_ten),
    ]
    assert pushed[0] < at_one and disk < at_ten < pushed[1]  # what breaks first
    assert f"{DAY * COST['database'] / 1e6:,.0f} million a day" in PAGE


def test_the_picture_is_that_of_the_table() -> None:
    picture = (DOCS / "scale.svg").read_text(encoding="utf-8")
    assert picture == draw([spread(line) for line in ROWS])
    assert ET.fromstring(picture).tag.endswith("svg")


@long
def test_the_table_is_what_the_benchmark_says() -> None:
    pytest.importorskip("numpy", reason="numpy is not installed")
    from benchmarks.broadcast import HOMES_A_HUB, Broadcast

    small = [line for line in ROWS if line.startswith("| 79,200 |")]
    found = [
        row(one)
        for network in ("homes", "hubs")
        for one in Broadcast(79_200, network, HOMES_A_HUB, 1).figures(0.1, (0.0, 0.001, 0.02, 0.1))
    ]
    assert len(small) == 3 and set(small) <= set(found)
