"""docs/filters.md has an example of every action and condition, and each does what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.protocol.filters.support import Made

from sayso_protocol.filters.conditions import CONDITIONS
from sayso_protocol.filters.rule_engine import RuleEngine
from sayso_protocol.filters.rules import Action, Rules
from sayso_protocol.filters.syntax.parser import read_rules
from sayso_protocol.limits import (
    MAX_CHOICES,
    MAX_FILTERS,
    MAX_LISTED,
    MAX_PATTERN,
    MAX_PATTERN_STEPS,
    MAX_PATTERNS,
    MAX_RULE_WORD,
    MAX_RULES,
)

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "filters.md").read_text(encoding="utf-8")
SECTIONS = re.split(r"^##+ ", PAGE, flags=re.MULTILINE)
BLOCK = re.compile(r"^```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
KEY = "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
WEEK = 604_800

EXAMPLES = {
    "account": (Made(account=KEY), Made()),
    "list": (Made(lists=("loud",)), Made(lists=("loud2",))),
    "words": (Made(text="FREE\nmoney!"), Made(text="freemoney")),
    "pattern": (Made(text="WIN your car NOW"), Made(text="win now")),
    "lang": (Made(lang="de-at"), Made(lang="den")),
    "tag": (Made(tags=("ads",)), Made(tags=("ad",))),
    "kind": (Made(kind="repost"), Made(kind="post")),
    "host": (Made(hosts=("paywall.example",)), Made(hosts=("example",))),
    "older, younger": (Made(age=9 * WEEK), Made(age=5 * WEEK)),
    "distance": (Made(distance=3), Made(distance=2)),
    "label": (Made(labels=(f"rude@{KEY}",)), Made(labels=(f"rude2@{KEY}",))),
    "rate": (Made(rate=20), Made(rate=19)),
    "account_younger": (
        Made(account_age=1, distance=2),
        Made(account_age=1, distance=1),
    ),
    "reply_depth": (Made(reply_depth=10), Made(reply_depth=9)),
    "copies": (Made(copies=5), Made(copies=4)),
    "coordinated": (Made(coordinated=700), Made(coordinated=699)),
    "media": (Made(media=4), Made(media=3)),
    "media_kind, media_bytes": (
        Made(media_kinds=("video",), media_bytes=10**7),
        Made(media_kinds=("image",), media_bytes=10**7),
    ),
}


def example(title: str) -> Rules:
    [section] = [one for one in SECTIONS if one.partition("\n")[0] == title]
    return read_rules("\n".join(BLOCK.findall(section)).encode())


def test_every_condition_has_a_section() -> None:
    assert {name for title in EXAMPLES for name in title.split(", ")} == CONDITIONS.keys()


@pytest.mark.parametrize("title", EXAMPLES)
def test_what_the_page_says_of_a_condition_is_so(title: str) -> None:
    applies, does_not = EXAMPLES[title]
    engine = RuleEngine(example(title))
    assert engine.judge(applies, 0).show is not None
    assert engine.judge(does_not, 0).show is None


def test_every_action_has_an_example() -> None:
    assert {rule.action for rule in example("Actions").rules} == set(Action)
    rule = example("A rule").rules[0]
    assert rule.name and rule.because and rule.until_ms and rule.exceptions


def test_the_limits_are_those_in_force() -> None:
    limits = re.sub("`[^`]*`", "", SECTIONS[-1]).replace(",", "")
    numbers = {int(number) for number in re.findall(r"\d{3,}", limits)}
    texts = {MAX_RULE_WORD, MAX_PATTERN, MAX_PATTERNS, MAX_PATTERN_STEPS}
    assert numbers == {MAX_RULES, MAX_LISTED, MAX_CHOICES} | texts
    assert MAX_FILTERS == 8 << 20 and "8 MiB" in limits
