"""Patterns: many at once, in linear time, in bounded memory, and only the owner's."""

from __future__ import annotations

import sys

import pytest

from sayso_protocol.filters import regex
from sayso_protocol.filters.regex import MISSING, BadPattern, Patterns, check_pattern
from sayso_protocol.filters.rule_engine import RuleEngine

from .support import Made, rules_of


def test_many_at_once() -> None:
    found = Patterns(["a+b", "^c", "ü", r"\bx\b", "(?i)Z", "a+b"])
    assert found.found_in("caab üxz") == {"a+b", "^c", "ü", "(?i)Z"}
    assert found.found_in("") == set()
    assert Patterns([]).found_in("a") == set()


def test_a_pattern_of_nothing_is_none_but_one_may_match_nothing() -> None:
    with pytest.raises(BadPattern):
        check_pattern("")
    assert Patterns(["a*"]).found_in("b") == {"a*"}


def test_texts_with_every_character() -> None:
    found = Patterns(["\\x00x", "[^a]😀"])
    assert found.found_in("\0x") == {"\\x00x"}
    assert found.found_in("b😀") == {"[^a]😀"}


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(a|a?)+b", "(.*)*x", "(x+x+)+y"])
def test_what_stalls_others_is_linear_here(pattern: str) -> None:
    """Each of these takes a backtracking engine longer than the universe is old."""
    check_pattern(pattern)
    found = Patterns([pattern])
    assert found.found_in("a" * 16_000 + "!") in (set(), {pattern})


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [f"word{n}.{{0,50}}other{n}" for n in range(200)]
    Patterns(many)
    monkeypatch.setattr(regex, "MAX_PATTERN_MEMORY", 1 << 16)
    with pytest.raises(BadPattern, match="too much memory"):
        Patterns(many)
    with pytest.raises(BadPattern):
        check_pattern("(a{900})b{900}")


def test_giving_up_is_not_finding_nothing() -> None:
    class GivenUp:
        def Match(self, _: bytes) -> None:
            return None

    found = Patterns(["a"])
    found._set = GivenUp()
    with pytest.raises(MemoryError):
        found.found_in("b")


def test_a_text_is_never_a_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = RuleEngine(rules_of("[[rule]]\naction='hide'\npattern='a.c'\nwords='x'"))
    monkeypatch.setattr(regex, "_library", lambda: pytest.fail("something was compiled"))
    assert engine.judge(Made(text="(a+)+$ (?P<x ["), 0).hidden is None


def test_without_the_library_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "re2", None)
    with pytest.raises(BadPattern, match="google-re2"):
        check_pattern("a")
    assert "google-re2" in MISSING
    words = rules_of("[[rule]]\naction='hide'\nwords='a'")
    assert RuleEngine(words).judge(Made(text="a"), 0).hidden is not None
