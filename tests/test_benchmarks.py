"""The benchmarks that docs/performance.md and docs/freedom.md name run, here with little to do."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.testdata import ENVIRONMENT, data_file

ROOT = Path(__file__).resolve().parents[1]
PAGES = "".join((ROOT / "docs" / f"{name}.md").read_text() for name in ("performance", "freedom"))
NAMED = re.findall(r"^python -m benchmarks\.(\w+)", PAGES, re.MULTILINE)
LITTLE = {
    "ingest": ["--posts", "2000", "--feeds", "20", "--rounds", "1"],
    "replicate": ["--posts", "2000", "--feeds", "20", "--rounds", "1"],
    "reconnect": ["--feeds", "20", "--rounds", "1"],
    "live": ["--posts", "3"],
    "publish": ["--posts", "5", "--batch", "5"],
    "timeline": ["--posts", "400", "--feeds", "4", "--rounds", "2"],
    "acts": ["--posts", "600", "--feeds", "4", "--own", "20", "--rounds", "2"],
    "search": ["--posts", "400", "--feeds", "4", "--rounds", "2"],
    "start": ["--posts", "40", "--feeds", "4", "8", "--rounds", "1"],
    "filters": ["--posts", "400", "--feeds", "4", "--rules", "100", "--rounds", "2"],
    "freedom": ["--graphs", "trust_advogato", "--nodes", "60", "--seeds", "1", "--shares", "0.5"],
    "idle": ["--feeds", "20", "--peers", "1", "--seconds", "0.2"],
}

NEEDED = {"freedom": "graph_trust_advogato.tsv.gz"}
"""Real data without which a benchmark has nothing to measure."""


def test_the_pages_name_every_benchmark() -> None:
    files = {path.stem for path in (ROOT / "benchmarks").glob("*.py")} - {"__init__"}
    assert sorted(NAMED) == sorted(files) == sorted(LITTLE)


@pytest.mark.e2e
@pytest.mark.parametrize("name", sorted(LITTLE))
def test_a_benchmark_prints_one_json_object(name: str, tmp_path: Path) -> None:
    environment = dict(os.environ)
    if name in NEEDED:
        environment[ENVIRONMENT] = str(data_file(NEEDED[name]).parent)
    line = [sys.executable, "-m", f"benchmarks.{name}", *LITTLE[name]]
    done = subprocess.run(
        line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)
