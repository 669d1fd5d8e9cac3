"""What views come to: as the plain definition says, the same everywhere, at a bounded cost."""

from __future__ import annotations

import subprocess
import sys
import time
from functools import reduce

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from tests.budget import examples, long

from sayso_protocol.content.view import MAX_EXPRESSION
from sayso_protocol.facts import FACTS
from sayso_protocol.limits import MAX_TERMS
from sayso_protocol.views.language import (
    FUNCTIONS,
    LONG_TEXTS,
    VIEW_FACTS,
    BadView,
    Failed,
    Program,
    activation,
    check_expression,
)
from sayso_protocol.views.ranking import Ranking, Term, View, order, score_terms, total, value_of
from sayso_protocol.views.terms import terms_of

from ..filters.support import ANNA, Made
from .support import EXPRESSIONS, NUMBERS, NoValue, held
from .support import Made as Expression

KNOWN = st.fixed_dictionaries(
    {name: st.integers(-3, 2**40) for name in ("age", "replies", "rate", "distance")}
)


def value(expression: str, facts: Made | None = None) -> int | None:
    return Ranking(expression).score(facts or Made())


# --- what expressions come to -------------------------------------------------------------


@long
@given(st.lists(EXPRESSIONS, min_size=1, max_size=4), KNOWN)
@examples(400, deadline=None)
def test_scores_are_what_the_plain_definition_says(parts: list[Expression], known: dict) -> None:
    ranking = Ranking("\n + ".join(part.text for part in parts))
    terms = ranking.terms(Made(**known))
    assert [term.text for term in terms] == [part.text for part in parts]
    assert [term.value for term in terms] == [meant(part, known) for part in parts]
    whole = reduce(plus, (meant(part, known) for part in parts))
    assert total(terms) == whole == ranking.score(Made(**known))


def meant(one: Expression, known: dict) -> int | None:
    try:
        return one.means(known)
    except NoValue:
        return None


def plus(left: int | None, right: int | None) -> int | None:
    try:
        return None if left is None or right is None else held(left + right)
    except NoValue:
        return None


@given(st.lists(NUMBERS, min_size=2, max_size=6))
def test_the_terms_add_up_as_the_language_adds(parts: list[Expression]) -> None:
    text = " + ".join(part.text for part in parts)
    program = Program(text)
    try:
        whole: int | None = program.value(activation({}))
    except Failed as error:
        assert str(error) == "overflow"
        whole = None
    assert value(text) == whole


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("1", ["1"]),
        ("1 + 2", ["1", "2"]),
        (" 1\n+ 2 // and + no more\n+ -3 - 4 ", ["1", "2", "-3 - 4"]),
        ("(1 + 2) + size(['a + b', \"+\"] ) * 3", ["(1 + 2)", "size(['a + b', \"+\"] ) * 3"]),
        ("1 + (2 > 1 ? 1 : 0)", ["1", "(2 > 1 ? 1 : 0)"]),
        ("true ? 1 : 2 + 3", ["true ? 1 : 2 + 3"]),
        ("1 + 2 > 2 ? 3 + 4 : 5 + 6", ["1 + 2 > 2 ? 3 + 4 : 5 + 6"]),
        ("kind in ['+'] ? 1 + 1 : 2", ["kind in ['+'] ? 1 + 1 : 2"]),
        (
            """1 + (kind == r'\\d' ? 1 : 0) + (kind == '''it's + ''' ? 1 : 0)""",
            ["1", "(kind == r'\\d' ? 1 : 0)", "(kind == '''it's + ''' ? 1 : 0)"],
        ),
        ("(kind == 'a\\'+\"' ? 1 : 0) + 0x1F", ["(kind == 'a\\'+\"' ? 1 : 0)", "0x1F"]),
        ("1 // nothing but 'this", ["1"]),
    ],
)
def test_terms(text: str, terms: list[str]) -> None:
    assert list(terms_of(text)) == terms
    assert [term.text for term in Ranking(text).terms(Made())] == terms


def test_the_score_is_told_term_by_term() -> None:
    view = View("mine", "replies * 3 + age / replies + (distance == 1 ? 10 : 0)")
    assert score_terms(view, Made(replies=2, age=7)) == [
        Term("replies * 3", 6),
        Term("age / replies", 3),
        Term("(distance == 1 ? 10 : 0)", 10),
    ]
    failed = score_terms(view, Made())
    assert failed[1] == Term("age / replies", None, "division by zero")
    assert total(failed) is None
    [term] = score_terms(View("mine", "age * age"), Made(age=2**40))
    assert term == Term("age * age", None, "overflow")


def test_every_fact_but_the_long_texts_is_seen() -> None:
    assert VIEW_FACTS.keys() == FACTS.keys() - LONG_TEXTS
    for name, fact in VIEW_FACTS.items():
        seen = {
            "integer": name,
            "text": f"({name} == '' ? 1 : 0)",
            "texts": f"size({name})",
        }[fact.kind.value]
        assert value(seen) is not None
    for name in LONG_TEXTS:
        with pytest.raises(BadView, match=name):
            Ranking(f"({name} == '' ? 1 : 0)")


def test_only_facts_that_are_named_are_asked_for() -> None:
    class Dear:
        replies = 3

    assert Ranking("replies + (1 > 2 ? 1 : 0)").score(Dear()) == 3  # type: ignore[arg-type]


def test_a_label_of_anybody_goes_by_its_name() -> None:
    facts = Made(labels=(f"rude@{ANNA}",), lists=("friends", f"loud@{ANNA}"))
    assert value("'rude' in labels ? 1 : 0", facts) == 1
    assert value(f"'rude@{ANNA}' in labels ? 1 : 0", facts) == 1
    assert value("'friends' in lists ? 1 : 0", facts) == 1
    assert value("'loud' in lists ? 1 : 0", facts) == 0  # as in rules


# --- the order ----------------------------------------------------------------------------

ENTRIES = st.tuples(
    st.one_of(st.none(), st.integers(-2, 2)),
    st.integers(0, 3),
    st.integers(1, 3),
    st.binary(min_size=1, max_size=2),
)


@given(st.lists(ENTRIES, unique=True))
def test_entries_are_ordered_as_the_plain_definition_says(entries: list[tuple]) -> None:
    rest = list(entries)
    expected = []
    while rest:
        best = rest[0]
        for one in rest:
            if before(one, best):
                best = one
        rest.remove(best)
        expected.append(best)
    assert sorted(entries, key=lambda one: order(*one), reverse=True) == expected


def before(one: tuple, other: tuple) -> bool:
    """Whether an entry comes before another."""
    for mine, its in zip(one, other, strict=True):
        if mine != its:
            return its is None or (mine is not None and mine > its)
    return False


# --- what is refused ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1.5", "1.5 is a fraction"),
        ("replies * 1e3", "1e3 is a fraction"),
        ("replies + .5", ".5 is a fraction"),
        ("replies > 1", "comes to true or false"),
        ("kind", "comes to a text"),
        ("tags", "comes to list"),
        ("int", "comes to type"),
        ("null", "comes to null"),
        ("1u", "comes to uint"),
        ("", "cannot be read, at 1:1"),
        ("replies +", "cannot be read, at 1:10"),
        ("1 +\n  replis", "at 2:3: `replis` is nothing that views know: did you mean `replies`?"),
        ("recursion", "`recursion` is nothing"),
        ("kind + kind == '' ? 1 : 0", "no matching overload"),
        ("tags + tags == tags ? 1 : 0", "no matching overload"),
        ("kind < 'q' ? 1 : 0", "no matching overload"),
        ("size(kind)", "no matching overload"),
        ("kind.contains('a') ? 1 : 0", "`contains` is nothing"),
        ("kind.matches('(a+)+b') ? 1 : 0", "`matches` is nothing"),
        ("tags[0] == 'a' ? 1 : 0", "`_[_]` is nothing"),
        ("tags.exists(one, one == 'a') ? 1 : 0", "`one` is nothing"),
        ("size(tags.map(one, one))", "`one` is nothing"),
        ("has(kind.a) ? 1 : 0", "cannot be read"),
        ("int('5')", "`int` is nothing"),
        ("int(timestamp('2020-01-01T00:00:00Z'))", "nothing that views know"),
        ("now()", "`now` is nothing"),
        ("dyn(1) + 1", "`dyn` is nothing"),
        ("google.protobuf.Int32Value{value: 1} + 1.0", "fraction"),
        ("9223372036854775808", "invalid int literal"),
        ("(" * 40 + "1" + ")" * 40, "nested too deep"),
        ("+".join("1" * 40), "too many operators in one row"),
        ("+".join("1" * (MAX_TERMS + 1)), f"more than {MAX_TERMS} terms"),
        ("1" + " " * MAX_EXPRESSION, "longer than 4096 bytes"),
        ("1 // " + "é" * (MAX_EXPRESSION // 2), "longer than 4096 bytes"),
    ],
)
def test_what_is_no_view(text: str, said: str) -> None:
    with pytest.raises(BadView) as caught:
        check_expression(text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_longest_and_the_deepest_are_taken() -> None:
    assert value("+".join("1" * MAX_TERMS)) == MAX_TERMS
    assert value("(" * 20 + "1" + ")" * 20) == 1
    assert value("1" + " " * (MAX_EXPRESSION - 1)) == 1


def test_without_the_library_it_says_so() -> None:
    code = (
        "import sys; sys.modules['cel_expr_python'] = None\n"
        "from sayso_protocol.views.ranking import Ranking\n"
        "try:\n    Ranking('1')\nexcept Exception as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "views need the library cel-expr-python" in done.stdout


# --- hostile expressions -------------------------------------------------------------------

PIECES = [
    *VIEW_FACTS, *"()[]{}?:.,+-*/%<>!'\"\\=", "&&", "||", "==", "'a'", '"""', "r'", "b'", "in",
    "size", "startsWith", "true", "false", "null", "1", "0", "9223372036854775807", "0x7f", "1.5",
    "//", "\n", " ", "map", "exists", "has", "matches", "dyn", "int", "text", "é", "\u202e", "\0",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
@examples(600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_comes_is_a_number_or_refused(text: str) -> None:
    try:
        ranking = Ranking(text)
    except BadView:
        return
    facts = Made(tags=("a", "b"), replies=3)
    terms = ranking.terms(facts)
    assert 1 <= len(terms) <= MAX_TERMS
    for term in terms:
        assert type(term.value) is int or term.failure in ("overflow", "division by zero")
    known = activation({name: value_of(name, facts) for name in VIEW_FACTS})
    try:
        assert total(terms) == Program(text).value(known) == ranking.score(facts)
    except Failed:
        assert total(terms) is None


TEN = "[0,1,2,3,4,5,6,7,8,9]"
LOOPS = f"size({TEN}.map(a, {TEN}.map(b, {TEN}.map(c, a * b * c))))"


def test_loops_are_refused_that_the_library_would_run() -> None:
    from cel_expr_python import cel

    assert cel.NewEnv().compile(LOOPS).eval().value() == 10  # the control
    with pytest.raises(BadView):
        Ranking(LOOPS)


LONGEST = {
    "comparing lists": "(" + "||".join(["through != through"] * 170) + ") ? 1 : 0",
    "looking through a list": "(" + "||".join(["'b' in through"] * 230) + ") ? 1 : 0",
    "a list of its own": f"replies in [{','.join('1' * 2000)}] ? 1 : 0",
    "many signs": "-" * 4000 + "1",
    "many nots": "!" * 3990 + "true ? 1:0",
    "much arithmetic": "1" + "*1" * 20 + "+(" + "||".join(["1*1*1>1"] * 400) + "?1:0)",
}


@pytest.mark.parametrize("name", LONGEST)
def test_the_worst_that_was_thought_of_is_quick(name: str) -> None:
    """Processor time: of the longest expressions, over the longest facts, for a whole page."""
    facts = Made(through=tuple(f"{ANNA}{n}" for n in range(20)))
    text = LONGEST[name]
    assert 3000 < len(text) <= MAX_EXPRESSION
    began = time.process_time()
    ranking = Ranking(text)
    for _ in range(50):
        assert ranking.score(facts) is not None
    assert time.process_time() - began < 2  # 0.06 s by measurement


def test_each_function_that_views_have_can_be_used() -> None:
    text = (
        "(!(1 + 2 - 3 * 4 / 5 % 6 == -7) && 1 < 2 && 1 <= 2 && 2 > 1 && 2 >= 1 || 1 != 2"
        " ? size(tags) + tags.size() + (kind.startsWith('po') ? 1 : 0) : 0)"
        " + (kind in ['post'] ? 1 : 0)"
    )
    assert value(text, Made(tags=("a",))) == 4
    assert len(FUNCTIONS) == 19
