"""The engine says what the rules say: held to a slow and obvious definition."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples, long

from sayso_protocol.facts import FACTS, Cost
from sayso_protocol.filters import rule_engine
from sayso_protocol.filters.conditions import CONDITIONS, Bound
from sayso_protocol.filters.rule_engine import NOTHING, RuleEngine, Verdict
from sayso_protocol.filters.rules import Action, Clause, Rule, Rules, Stage
from sayso_protocol.filters.trace import trace
from sayso_protocol.filters.word_matcher import tokens

from .support import ANNA, BEN, CLEO, Made, rules_of

NOW = 1_000_000


# --- the oracle: each rule in turn, each condition by itself -----------------------------


def oracle(rules: Rules, facts: Made, now_ms: int) -> Verdict:
    first: dict[str, Rule] = {}
    allow: Rule | None = None
    if facts.distance == 0:
        return NOTHING
    for rule in rules.rules:
        if rule.until_ms is not None and now_ms >= rule.until_ms:
            continue
        if not all(holds(clause, facts, rule.through) for clause in rule.clauses):
            continue
        if any(all(holds(c, facts, rule.through) for c in one) for one in rule.exceptions):
            continue
        if rule.action is Action.ALLOW:
            if len(first) < 3:
                allow = rule
            break
        stage = {"hide": "show", "fold": "show", "boost": "boost"}.get(rule.action, "carry")
        first.setdefault(stage, rule)
    return Verdict(first.get("show"), first.get("boost"), first.get("carry"), allow)


def in_words(word: str, text: str) -> bool:
    cut, wanted = tokens(text), tokens(word)
    return any(cut[at : at + len(wanted)] == wanted for at in range(len(cut)))


def texts(facts: Made, through: bool) -> list[str]:
    carried = [facts.carried_text, facts.carried_warn] if through else []
    return [facts.text, facts.warn, *carried]


ORACLE: dict[str, Callable[[Made, bool, str], bool]] = {
    "account": lambda f, th, v: v in (f.account, *f.other_keys) or (th and v in f.through),
    "list": lambda f, th, v: v in f.lists or (th and v in f.lists_through),
    "kind": lambda f, th, v: v == f.kind,
    "lang": lambda f, th, v: f.lang == v or (v != "" and f.lang.startswith(v + "-")),
    "tag": lambda f, th, v: v in f.tags,
    "host": lambda f, th, v: any(host == v or host.endswith("." + v) for host in f.hosts),
    "media_kind": lambda f, th, v: v in f.media_kinds,
    "words": lambda f, th, v: any(in_words(v, text) for text in texts(f, th)),
    "pattern": lambda f, th, v: any(text and re.search(v, text) for text in texts(f, th)),
    "label": lambda f, th, v: any(
        has == v or has.split("@")[0] == v for has in f.labels + (f.labels_through if th else ())
    ),
}
NUMBERS = {
    "older": lambda f, n: f.age >= n,
    "younger": lambda f, n: f.age < n,
    "media": lambda f, n: f.media >= n,
    "media_bytes": lambda f, n: f.media_bytes >= n,
    "distance": lambda f, n: f.distance >= n,
    "coordinated": lambda f, n: f.coordinated >= n,
    "rate": lambda f, n: f.rate >= n,
    "account_younger": lambda f, n: f.account_age < n,
    "reply_depth": lambda f, n: f.reply_depth >= n,
    "copies": lambda f, n: f.copies >= n,
}


def holds(clause: Clause, facts: Made, through: bool) -> bool:
    if clause.condition in NUMBERS:
        return NUMBERS[clause.condition](facts, clause.bound)
    test = ORACLE[clause.condition]
    # Of a text that is not there nothing is found, not even by a pattern of nothing.
    return any(test(facts, through, value) for value in clause.values)


def test_the_oracle_knows_every_condition() -> None:
    assert ORACLE.keys() | NUMBERS.keys() == CONDITIONS.keys()


# --- generated rules and entries ---------------------------------------------------------

POOL = {
    "account": [ANNA, BEN, CLEO],
    "list": ["friends", f"loud@{BEN}"],
    "kind": ["post", "repost"],
    "lang": ["", "pt", "pt-br", "p"],
    "tag": ["a", "b"],
    "host": ["a.example", "b.example", "example", "www.a.example"],
    "media_kind": ["image", "video"],
    "words": ["casino", "bet", "free money", "赌场", "+"],
    "pattern": ["cas.no", "^b", "(?i)MONEY$", "[0-9]{2}"],
    "label": ["spam", f"spam@{ANNA}", f"spam@{BEN}", "rude"],
}


def clause_of(name: str) -> st.SearchStrategy[Clause]:
    if name in POOL:
        values = st.lists(st.sampled_from(POOL[name]), min_size=1, max_size=2, unique=True)
        return values.map(lambda chosen: Clause(name, tuple(chosen)))
    return st.integers(1, 4).map(lambda bound: Clause(name, bound=bound))


CLAUSES = st.lists(
    st.sampled_from(sorted(CONDITIONS)).flatmap(clause_of),
    min_size=1,
    max_size=3,
    unique_by=lambda clause: clause.condition,
).map(tuple)
RULES = st.lists(
    st.builds(
        Rule,
        st.just(0),
        st.sampled_from(list(Action)),
        CLAUSES,
        exceptions=st.lists(CLAUSES, max_size=2).map(tuple),
        through=st.booleans(),
        points=st.integers(1, 9),
        until_ms=st.none() | st.sampled_from([NOW - 1, NOW, NOW + 1]),
    ),
    max_size=8,
).map(lambda rules: Rules(tuple(rules)))


def some(values: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


TEXTS = st.lists(
    st.sampled_from(["casino", "Bet", "free", "money", "新赌场", "12", "+", "\n"]), max_size=5
).map(" ".join)
LABELS = some([f"spam@{ANNA}", f"spam@{BEN}", f"rude@{BEN}"])
SMALL = st.integers(0, 4)
ENTRIES = st.builds(
    Made,
    account=st.sampled_from(POOL["account"]),
    age=SMALL,
    lists=some(POOL["list"]),
    other_keys=some(POOL["account"]),
    lists_through=some(POOL["list"]),
    kind=st.sampled_from(["post", "repost", ""]),
    text=TEXTS,
    carried_text=TEXTS,
    warn=TEXTS,
    carried_warn=TEXTS,
    tags=some(["a", "b"]),
    lang=st.sampled_from(["", "pt", "pt-br", "p", "ptx"]),
    hosts=some(POOL["host"]),
    media_kinds=some(["image", "video"]),
    through=some(POOL["account"]),
    labels=LABELS,
    labels_through=LABELS,
    media=SMALL,
    media_bytes=SMALL,
    distance=SMALL,
    coordinated=SMALL,
    rate=SMALL,
    account_age=SMALL,
    reply_depth=SMALL,
    copies=SMALL,
)


@long
@examples(250, deadline=None)
@given(RULES, st.lists(ENTRIES, min_size=1, max_size=6))
def test_engine_trace_and_oracle_agree(rules: Rules, entries: list[Made]) -> None:
    engine = RuleEngine(rules)
    for facts in entries:
        wanted = oracle(rules, facts, NOW)
        assert engine.judge(facts, NOW) == wanted
        asked = trace(rules, facts, NOW)
        applied = [one.rule for one in asked if one.applies]
        assert {id(rule) for rule in applied} == {
            id(rule) for rule in (wanted.show, wanted.boost, wanted.carry, wanted.allow) if rule
        }


@given(RULES, ENTRIES)
def test_a_stage_by_itself_says_the_same(rules: Rules, facts: Made) -> None:
    both, show = RuleEngine(rules), RuleEngine(rules, [Stage.SHOW])
    whole = both.judge(facts, NOW)
    assert show.judge(facts, NOW).show == whole.show
    assert RuleEngine(rules, [Stage.CARRY]).judge(facts, NOW).carry == whole.carry


def test_a_fault_in_the_index_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: an engine that never looks through is not the oracle."""
    rules = Rules((Rule(1, Action.HIDE, (Clause("account", (BEN,)),)),))
    facts = Made(through=(BEN,))
    assert RuleEngine(rules).judge(facts, NOW) == oracle(rules, facts, NOW) != NOTHING
    monkeypatch.setattr(rule_engine, "_looks_through", lambda rule, clause: False)
    assert RuleEngine(rules).judge(facts, NOW) == NOTHING


# --- what is asked -----------------------------------------------------------------------


class Watched:
    """Facts that note which were asked for."""

    def __init__(self, facts: Made) -> None:
        self._facts = facts
        self.asked: set[str] = set()

    def __getattr__(self, name: str) -> object:
        self.asked.add(name)
        return getattr(self._facts, name)


def asked(text: str, facts: Made) -> set[str]:
    watched = Watched(facts)
    RuleEngine(rules_of(text)).judge(watched, NOW)  # type: ignore[arg-type]
    return watched.asked


def test_no_rule_no_question() -> None:
    assert asked("", Made()) == set()


def test_only_what_a_rule_asks_for_is_gathered() -> None:
    rule = "[[rule]]\naction = 'hide'\n"
    assert asked(rule + "tag = 'a'", Made()) == {"tags"}
    assert asked(rule + "tag = 'a'\ncopies = 1", Made()) == {"tags"}
    assert asked(rule + "tag = 'a'\ncopies = 1\nrate = 1", Made(tags=("a",))) == {"tags", "rate"}
    assert asked(rule + f"account = '{BEN}'", Made()) == {"account", "other_keys", "through"}
    assert asked(rule + f"account = '{BEN}'\nthrough = false", Made()) == {"account", "other_keys"}


def test_dear_facts_are_asked_last() -> None:
    text = "\n".join(
        name + (" = '1d'" if condition.duration else " = 1")
        for name, condition in reversed(CONDITIONS.items())
        if isinstance(condition, Bound) and not condition.below
    )
    [rule] = rules_of(f"[[rule]]\naction='hide'\n{text}").rules
    costs = [CONDITIONS[clause.condition].cost for clause in rule.clauses]
    assert costs == sorted(costs) and {Cost.HEADER, Cost.LOOKS} <= set(costs)


def test_a_rule_below_a_decision_is_not_asked() -> None:
    first = "[[rule]]\naction='hide'\ntag='a'\n"
    second = "[[rule]]\naction='fold'\nkind='post'\ncopies=1\n"
    assert "copies" in asked(second + first, Made(tags=("a",)))
    assert "copies" not in asked(first + second, Made(tags=("a",)))


# --- what it means -----------------------------------------------------------------------

HIDE_BEN = f"[[rule]]\naction = 'hide'\naccount = '{BEN}'\n"


def test_the_own_entries_are_never_touched() -> None:
    engine = RuleEngine(rules_of(HIDE_BEN + "[[rule]]\naction='drop'\nkind='post'"))
    assert engine.judge(Made(account=BEN), NOW).hidden is not None
    assert engine.judge(Made(account=BEN, distance=0), NOW) == NOTHING


def test_exceptions_first() -> None:
    allow = f"[[rule]]\naction = 'allow'\naccount = '{BEN}'\nthrough = false\n"
    engine = RuleEngine(rules_of(allow + "[[rule]]\naction='hide'\nwords='ads'"))
    assert engine.judge(Made(account=BEN, text="ads"), NOW).show is None
    assert engine.judge(Made(account=ANNA, text="ads"), NOW).hidden is not None
    assert RuleEngine(rules_of(HIDE_BEN + allow)).judge(Made(account=BEN), NOW).hidden is not None


def test_each_stage_decides_by_itself() -> None:
    text = "".join(
        f"[[rule]]\naction = '{action}'\nkind = 'post'\n" + "points = 7\n" * (action == "boost")
        for action in ("fold", "hide", "store", "boost", "drop")
    )
    verdict = RuleEngine(rules_of(text)).judge(Made(), NOW)
    assert (verdict.hidden, verdict.folded.action, verdict.points) == (None, "fold", 7)  # type: ignore[union-attr]
    assert verdict.carry is not None and verdict.carry.action == "store"


@pytest.mark.parametrize(
    "fact", ["through", "lists_through", "carried_text", "carried_warn", "labels_through"]
)
def test_muted_through_and_not(fact: str) -> None:
    conditions = {
        "through": f"account = '{BEN}'",
        "lists_through": f"list = 'loud@{BEN}'",
        "carried_text": "words = 'ads'",
        "carried_warn": "pattern = 'a.s'",
        "labels_through": "label = 'spam'",
    }
    value = {
        "through": (BEN,),
        "lists_through": (f"loud@{BEN}",),
        "carried_text": "ads",
        "carried_warn": "ads",
        "labels_through": (f"spam@{BEN}",),
    }
    facts = Made(**{fact: value[fact]})  # type: ignore[arg-type]
    text = f"[[rule]]\naction='hide'\n{conditions[fact]}\n"
    assert RuleEngine(rules_of(text)).judge(facts, NOW).hidden is not None
    assert RuleEngine(rules_of(text + "through = false")).judge(facts, NOW) == NOTHING


def test_a_trace_says_why() -> None:
    rules = rules_of(
        "[[rule]]\naction='hide'\ntag='a'\nuntil=1970-01-01\n"
        "[[rule]]\naction='hide'\nwords=['ads','cats']\nrate=5\n"
        "[[rule]]\naction='hide'\nwords='cats'\nnot={lang='en'}\n"
        "[[rule]]\naction='fold'\nwords=['cats', 'dogs']\n"
        "[[rule]]\naction='hide'\nkind='post'\n"
        "[[rule]]\naction='allow'\nkind='post'\n"
        "[[rule]]\naction='drop'\nkind='post'\n"
    )
    found = trace(rules, Made(text="Cats!", lang="en", tags=("a",), rate=4), 86_400_000)
    assert [one.why for one in found] == [
        "expired", "no", "except", "applies", "decided", "applies",
    ]  # fmt: skip
    words, rate = found[1].answers
    assert (words.holds, words.found, rate.holds, rate.value) == (True, ("cats",), False, 4)
    assert found[3].answers[0].found == ("cats",)
    assert trace(rules, Made(text="cats", distance=0), 86_400_000)[3].why == "own"


def test_every_fact_that_a_condition_names_exists() -> None:
    for condition in CONDITIONS.values():
        assert condition.fact in FACTS
        assert isinstance(condition, Bound) or {*condition.through, *condition.also} <= FACTS.keys()
    assert {one.name for one in fields(Made)} == FACTS.keys()
