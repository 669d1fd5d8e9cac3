"""Without libp2p, as after a plain `pip install .`, all works that needs no peer; the rest says
what fetches it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.budget import long

WITHOUT = """
import importlib.util, sys
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name == "libp2p" else find(name, *more)
from sayso_cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def sayso(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-c", WITHOUT, "--home", str(home), *words]
    return subprocess.run(line, capture_output=True, text=True, timeout=60)


@long
@pytest.mark.e2e
def test_what_needs_no_peer_works_and_the_rest_says_what_to_do(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for words in (["init"], ["post", "alone"], ["read"], ["verify"], ["status"]):
        done = sayso(home, *words)
        assert done.returncode == 0, (words, done.stderr)
    address = "/ip4/127.0.0.1/tcp/1/p2p/12D3KooWKiFK4yiSAVqKfjQ4nvsfHfqgfKfmYXo2NGKtb8kPQg4X"
    for words in (["run", "--listen", "/ip4/127.0.0.1/tcp/0"], ["sync", address]):
        done = sayso(home, *words)
        assert done.returncode == 1, words
        assert done.stderr.count("\n") == 1, done.stderr
        assert "pip install --no-deps libp2p==0.8.1" in done.stderr
