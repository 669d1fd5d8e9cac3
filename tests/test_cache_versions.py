"""Remembered results have a version each: whoever changes what comes out gives it the next one.

A result that is remembered counts as long as its version stays. So what the code makes of a fixed
input is held here, by version. Where a test fails, the code makes something else of the same: give
`VERSION` there the next number, and write the new digest down beside it.
"""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path

from tests.farm import farm, strangers
from tests.node.coordination.test_scan import fill
from tests.node.home.test_cache import LONG

from sayso_node.coordination import hints, scan
from sayso_node.filters import file
from sayso_node.filters.facts.gatherer import Gatherer
from sayso_node.home.directory import Home
from sayso_protocol.filters.rules_codec import pack_rules
from sayso_protocol.filters.syntax.parser import read_rules
from sayso_storage.memory.store import MemoryStore

RULES = {"rules 1": "6d77f7d97d7fe858580889c165a0e236"}
DETECTOR = {"detector 1": "093643addd6d2630faf19ba3f5cc266a"}


def digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()


def test_rules_have_the_version_of_what_is_made_of_them() -> None:
    assert digest(pack_rules(read_rules(LONG.encode()))) == RULES[file.VERSION]


def test_findings_have_the_version_of_what_is_made_of_entries(tmp_path: Path) -> None:
    store = MemoryStore(bytes(16))
    fill(store, strangers(40, 8) + farm(8, 6), lambda post: post.time_ms + 1000)
    gatherer = Gatherer(store, 0)
    entries = store.arrived_after(0, 10_000)
    facts = [(one.coordinated, one.copies) for one in gatherer.facts_of(entries)]
    assert any(score for score, _ in facts) and any(copies for _, copies in facts)
    found = sorted(hints.hints(store, Home(tmp_path)).items())
    assert found
    assert digest(repr((facts, found)).encode()) == DETECTOR[scan.VERSION]
