"""Remembered results have a version each: whoever changes what comes out gives it the next one.

A result that is remembered counts as long as its version stays. So what the code makes of a fixed
input is held here, by version. Where a test fails, the code makes something else of the same: give
`VERSION` there the next number, and write the new digest down beside it.
"""

from __future__ import annotations

import unicodedata
from hashlib import blake2b
from pathlib import Path

from tests.farm import farm, strangers
from tests.node.coordination.test_scan import fill
from tests.node.home.test_cache import LONG

from sayso_node.coordination import hints
from sayso_node.coordination import version as detector
from sayso_node.filters import file
from sayso_node.filters.facts.gatherer import Gatherer
from sayso_node.home.directory import Home
from sayso_protocol.filters.rules_codec import pack_rules
from sayso_protocol.filters.syntax.parser import read_rules
from sayso_protocol.text.fold import bare, fold
from sayso_protocol.text.version import VERSION
from sayso_protocol.text.words import tokens
from sayso_storage.memory.store import MemoryStore
from sayso_storage.search.tokenizer import words

RULES = {"rules 3": "67823a59104e4f49cadbbab2c881fc7b"}
DETECTOR = {"detector 2": "093643addd6d2630faf19ba3f5cc266a"}
TEXTS = {"text 1": "39e00a09faebdf2628681980190cb0bd"}
"""By the part of the version that is not Python's tables of characters."""


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
    assert digest(repr((facts, found)).encode()) == DETECTOR[detector.VERSION.partition(",")[0]]


def test_texts_have_the_version_of_how_they_are_compared() -> None:
    """All letters, marks and signs up to U+FFFF that Unicode had in 2002, in pairs with others."""
    texts = [f"a{chr(n)}\u0301{chr(n + 1)}'x.y {chr(n + 7)}" for n in range(0x20, 0x3000, 3)]
    texts += [chr(n) + "中ガ" + chr(n + 1) for n in range(0x3000, 0xD7FF, 11)]
    known = [text for text in texts if all(unicodedata.ucd_3_2_0.category(c) != "Cn" for c in text)]
    made = [(fold(text), bare(text), tokens(text), words(text)) for text in known]
    version, _, _ = VERSION.partition(",")
    assert digest(repr(made).encode()) == TEXTS[version]
