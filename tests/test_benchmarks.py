"""The benchmarks that docs/performance.md and docs/freedom.md name run, here with little to do."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.budget import long
from tests.e2e.browser import CHROMIUM
from tests.farm import crowd, farm, strangers, write_lines
from tests.storage import postgres_server
from tests.storage.blobs import s3_server
from tests.testdata import ENVIRONMENT, data_file

ROOT = Path(__file__).resolve().parents[1]
PAGES = "".join((ROOT / "docs" / f"{name}.md").read_text() for name in ("performance", "freedom"))
NAMED = re.findall(r"^python -m benchmarks\.(\w+)", PAGES, re.MULTILINE)
LITTLE = {
    "ingest": ["--posts", "2000", "--feeds", "20", "--rounds", "1"],
    "replicate": ["--posts", "2000", "--feeds", "20", "--rounds", "1"],
    "reconnect": ["--feeds", "20", "--rounds", "1"],
    "live": ["--posts", "3"],
    "blob": ["--megabytes", "12", "--rounds", "1"],
    "bucket": ["--megabytes", "2", "--rounds", "1"],
    "invite": ["--posts", "3", "--rounds", "1"],
    "publish": ["--posts", "5", "--batch", "5"],
    "contention": ["--posts", "600", "--marks", "4", "--seconds", "0.2"],
    "large_store": ["--posts", "80", "--feeds", "20", "--followed", "5", "--talk", "3", "9"],
    "growth": [
        "--posts",
        "80",
        "--feeds",
        "20",
        "--talk",
        "3",
        "9",
        "--rounds",
        "2",
        "--commands",
        "1",
    ],
    "apps": [
        *["--posts", "80", "--feeds", "20", "--followed", "5"],
        *["--talk", "3", "9", "--rounds", "2"],
    ],
    "page": [
        "--posts",
        "80",
        "--feeds",
        "20",
        "--followed",
        "5",
        "--talk",
        "3",
        "9",
        "--rounds",
        "2",
    ],
    "paint": [
        *["--posts", "80", "--feeds", "20", "--followed", "5"],
        *["--talk", "3", "9", "--rounds", "1"],
    ],
    "film": [
        *["--posts", "400", "--feeds", "4", "--megabytes", "2", "--played", "1"],
        *["--rounds", "1"],
    ],
    "follows": ["--accounts", "100", "--rounds", "1"],
    "timeline": ["--posts", "400", "--feeds", "4", "--rounds", "2"],
    "acts": ["--posts", "600", "--feeds", "4", "--own", "20", "--rounds", "2"],
    "tally": ["--votes", "2000", "--near", "50", "--rounds", "2"],
    "broadcast": ["--sizes", "1000", "4000", "--homes-a-hub", "200"],
    "engines": ["--posts", "2000", "--feeds", "20", "--followed", "5"],
    "push": ["--peers", "1", "2", "--posts", "5"],
    "texts": ["--posts", "2"],
    "media": ["--megabytes", "1", "--posts", "20"],
    "search": ["--posts", "400", "--feeds", "4", "--rounds", "2"],
    "views": ["--posts", "600", "--feeds", "4", "--own", "20", "--scored", "50", "--rounds", "2"],
    "start": ["--posts", "40", "--feeds", "4", "8", "--rounds", "1"],
    "tui": [
        *("--posts", "80", "--feeds", "20", "--followed", "5"),
        *("--rounds", "1", "--pages", "3"),
    ],
    "filters": ["--posts", "400", "--feeds", "4", "--rules", "100", "--rounds", "2"],
    "freedom": ["--graphs", "trust_advogato", "--nodes", "60", "--seeds", "1", "--shares", "0.5"],
    "compare": ["OTHER", "--little", "--rounds", "1", "--only", "publish"],
    "frames": ["--feeds", "4", "--frames", "2", "--rounds", "1"],
    "web": ["--posts", "40", "--feeds", "4", "--streams", "4", "--megabytes", "3"],
    "idle": ["--feeds", "20", "--peers", "1", "--seconds", "0.2"],
    "retraction": ["--posts", "400"],
    "knocks": ["--knocks", "20"],
    "letters": ["--letters", "200", "--bits", "12"],
    "groups": ["--members", "20", "--operations", "40", "--rounds", "1"],
    "group_letters": ["--members", "5"],
    "names": ["--followed", "50", "--vouchers", "5", "--rounds", "2"],
    "keeper": ["--posts", "400", "--feeds", "4", "--reads", "2", "--rate", "100"],
    "propaganda": ["--propaganda", "FARM", "--control", "PEOPLE", "--crowd", "CROWD"],
}

SHORT = {"acts", "ingest", "publish", "timeline"}

NEEDED = {"freedom": "graph_trust_advogato.tsv.gz"}
"""Real data without which a benchmark has nothing to measure."""


def test_the_pages_name_every_benchmark() -> None:
    every = (ROOT / "benchmarks").glob("*.py")
    files = {path.stem for path in every if "\nif __name__ ==" in path.read_text()}
    assert sorted(NAMED) == sorted(files) == sorted(LITTLE)


@pytest.mark.e2e
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in SHORT else [long]) for name in sorted(LITTLE)]
)
def test_a_benchmark_prints_one_json_object(name: str, tmp_path: Path) -> None:
    environment = dict(os.environ)
    if name == "paint":
        pytest.importorskip("playwright", reason="playwright is not installed")
        if CHROMIUM is None:
            pytest.skip("there is no chromium here")
    if name == "engines" and (reason := postgres_server.why_not()):
        pytest.skip(reason)
    if name == "broadcast":
        pytest.importorskip("numpy", reason="numpy is not installed")
    if name == "bucket" and not s3_server.is_installed():
        pytest.skip(s3_server.LACKING)
    if name in NEEDED:
        environment[ENVIRONMENT] = str(data_file(NEEDED[name]).parent)
    options = [made_up(option, tmp_path) for option in LITTLE[name]]
    line = [sys.executable, "-m", f"benchmarks.{name}", *options]
    done = subprocess.run(
        line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)


@long
def test_propaganda_tells_made_up_farms_from_made_up_people(tmp_path: Path) -> None:
    line = [sys.executable, "benchmarks/propaganda.py", "--halves", "1", "--texts"]
    line += [made_up(option, tmp_path) for option in LITTLE["propaganda"]]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True)
    result = json.loads(done.stdout)
    assert (result["precision"], result["recall"]) == (1, 1)
    assert result["propaganda"] == 12 and result["control"] == 200
    assert result["reposts"]["propaganda"] == 0 and result["reposts"]["recall"] is None
    assert result["shifted"]["recall"] == 0 and len(result["halves"]) == 2
    (event,) = result["crowds"]
    assert event["accounts"] == 300 and event["share"] <= 0.01 and event["findings"]
    first = result["accounts"][0]
    assert first["set"] == "propaganda" and first["flagged"]
    assert {"signal", "entry", "time", "with", "with_entry", "text"} <= first["evidence"][0].keys()


def made_up(option: str, folder: Path) -> str:
    """Where an option asks for posts, a file of them."""
    match option:
        case "OTHER":
            return str(ROOT)  # beside itself
        case "FARM":
            posts = farm(12, 12)
        case "PEOPLE":
            posts = strangers(200, 30)
        case "CROWD":
            posts = crowd(300)
        case _:
            return option
    return str(write_lines(folder / f"{option}.jsonl", posts))
