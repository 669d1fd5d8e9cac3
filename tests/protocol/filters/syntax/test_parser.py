"""A file of rules: what it may say, and every mistake with its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples

from sayso_protocol.filters.rules import Action, Clause
from sayso_protocol.filters.syntax import parser, rule_parser
from sayso_protocol.filters.syntax.parser import read_rules
from sayso_protocol.toml.mistakes import BadFile, Mistake

from ..support import ANNA, BEN, rules_of

EVERYTHING = f"""
# what I like
[lists.friends]
about = "people I know"
accounts = ["{ANNA}", "did:key:{BEN}"]

[[rule]]
name = "friends first"
action = "allow"
list = "friends"

[[rule]]
action = "hide"
account = "{ANNA}"
words = ["Casino", "free  MONEY"]
pattern = '(?i)buy.{{0,20}}now'
lang = ["de", "pt-BR", ""]
tag = "#Ads"
kind = ["post", "repost"]
host = "Example.org"
older = "2h"
younger = "7d"
distance = 2
label = ["spam", "spam@{BEN}"]
rate = 20
account_younger = "3d"
copies = 3
coordinated = 700
reply_depth = 9
media_kind = "video"
media = 4
media_bytes = 1000000
through = false
not = [{{ tag = "news" }}, {{ distance = 3, lang = "en" }}]
until = 2026-12-31
because = "enough of it"

[[rule]]
action = "boost"
points = -20
kind = "post"
until = 2026-12-31T18:00:00.5+02:00
"""


def mistakes(text: str | bytes) -> list[Mistake]:
    with pytest.raises(BadFile) as caught:
        read_rules(text if isinstance(text, bytes) else text.encode())
    return list(caught.value.mistakes)


def test_everything_that_a_file_may_say() -> None:
    found = rules_of(EVERYTHING)
    assert found.lists == {"friends": frozenset({ANNA, BEN})}
    first, second, third = found.rules
    assert (first.number, first.action, first.title) == (1, Action.ALLOW, "friends first")
    assert first.clauses == (Clause("list", ("friends",)),)
    assert {clause.condition: clause.values or clause.bound for clause in second.clauses} == {
        "account": (ANNA,),
        "words": ("casino", "free money"),
        "pattern": ("(?i)buy.{0,20}now",),
        "lang": ("de", "pt-br", ""),
        "tag": ("ads",),
        "kind": ("post", "repost"),
        "host": ("example.org",),
        "older": 7200,
        "younger": 604_800,
        "distance": 2,
        "label": ("spam", f"spam@{BEN}"),
        "rate": 20,
        "account_younger": 259_200,
        "copies": 3,
        "coordinated": 700,
        "reply_depth": 9,
        "media_kind": ("video",),
        "media": 4,
        "media_bytes": 1_000_000,
    }
    assert second.exceptions == (
        (Clause("tag", ("news",)),),
        (Clause("lang", ("en",)), Clause("distance", bound=3)),
    )
    assert (second.through, second.title, second.because) == (False, "rule 2", "enough of it")
    assert second.until_ms == 1_798_761_600_000  # 2027-01-01T00:00:00Z
    assert (third.points, third.until_ms) == (-20, 1_798_732_800_500)
    assert not third.expired(1_798_732_800_499) and third.expired(1_798_732_800_500)


@pytest.mark.parametrize("text", ["", "# nothing\n", "[lists.a]\naccounts = []\n", "rule = []\n"])
def test_files_without_rules(text: str) -> None:
    assert rules_of(text).rules == ()


def test_cheap_clauses_come_first() -> None:
    [rule] = rules_of("[[rule]]\naction='hide'\ncopies=1\nwords='a'\nkind='post'\n").rules
    assert [clause.condition for clause in rule.clauses] == ["kind", "words", "copies"]


def test_all_mistakes_are_told_at_once() -> None:
    text = f"""\
[lists.friends]
accounts = ["{ANNA}", "z6Mkwrong"]
colour = "red"
[[rule]]
acton = "hide"
words = "a"
[[rule]]
action = "hid"
   word = "a"
words = ["", 5]
[other]
"""
    assert [str(mistake) for mistake in mistakes(text)] == [
        "line 2, column 1: 'z6Mkwrong' is not an account: a key has 48 characters and begins "
        "with z6Mk",
        "line 3, column 1: `colour` is not known",
        "line 4, column 1: the rule has no `action`: one of allow, hide, fold, boost, drop, "
        "headers, store",
        "line 5, column 1: `acton` is not known: did you mean `action`?",
        "line 8, column 1: an action is one of allow, hide, fold, boost, drop, headers, store: "
        "did you mean `hide`?",
        "line 9, column 4: `word` is not known: did you mean `words`?",
        "line 10, column 1: `words` takes a text or an array of texts",
        "line 10, column 1: a word without a character that can be seen",
        "line 11, column 1: `other` is not known",
    ]


HIDE = '[[rule]]\naction = "hide"\n'
ONE_MISTAKE = [
    (HIDE + 'account = "anna"', 3, "is not an account"),
    (HIDE + 'account = "@Ann B."', 3, "write the one that `sayso profile '@Ann B.'` tells"),
    (HIDE + 'label = "spam@@anna"', 3, "write the one that `sayso profile '@anna'` tells"),
    (HIDE + 'list = "freinds"\n[lists.friends]\n', 3, "did you mean `friends`?"),
    (HIDE + 'list = "friends@z6Mkwrong"', 3, "is not an account"),
    (HIDE + "pattern = '('", 3, "missing )"),
    (HIDE + "pattern = '(?=a)'", 3, "cannot be read"),
    (HIDE + r"pattern = '(a)\1'", 3, "cannot be read"),
    (HIDE + "pattern = '((a{0,100}){0,100}){0,100}'", 3, "cannot be read"),
    (HIDE + f"pattern = '{'a' * 1025}'", 3, "longer than"),
    (HIDE + "pattern = ''", 3, "empty"),
    (HIDE + "words = []", 3, "takes 1 to"),
    (HIDE + f"words = '{'a' * 129}'", 3, "at most 128"),
    (HIDE + "tag = '#'", 3, "a tag has"),
    (HIDE + "kind = 'a b'", 3, "no kind"),
    (HIDE + "lang = 'en_US'", 3, "no language tag"),
    (HIDE + "host = 'http://a.example/'", 3, "no host"),
    (HIDE + "label = ''", 3, "a name is"),
    (HIDE + "older = 7", 3, "duration"),
    (HIDE + "older = '7y'", 3, "duration"),
    (HIDE + "older = '0s'", 3, "duration"),
    (HIDE + "distance = 0", 3, "1 or more"),
    (HIDE + "distance = true", 3, "whole number"),
    (HIDE + "rate = 2.5", 3, "whole number"),
    (HIDE + "rate = 1e999", 3, "whole number"),
    (HIDE + "older = '2d'\nyounger = '2d'", 4, "never applies"),
    (HIDE + "tag = 'a'\nnot = {tag = ['a', 'b']}", 4, "never applies"),
    (HIDE + "tag = 'a'\n[rule.not]\ntag = ['a', 'b']", 4, "never applies"),
    (HIDE + "tag = 'a'\ncopies = 5\nnot = [{lang = 'x'}, {copies = 4}]", 5, "never applies"),
    (HIDE + "younger = '1d'\nnot = {younger = '2d'}", 4, "never applies"),
    (HIDE + "tag = 'a'\nnot = {tags = 'a'}", 4, "did you mean `tag`?"),
    (HIDE + "tag = 'a'\nnot = {}", 4, "exceptions are tables"),
    (HIDE + "tag = 'a'\nnot = 'b'", 4, "exceptions are tables"),
    (HIDE + "because = 'all'", 1, "no condition"),
    (HIDE + "tag = 'a'\npoints = 5", 4, "belong to `boost`"),
    ("[[rule]]\naction='boost'\ntag = 'a'", 2, "needs `points`"),
    ("[[rule]]\naction='boost'\ntag = 'a'\npoints = 0", 4, "not 0"),
    ("[[rule]]\naction='boost'\ntag = 'a'\npoints = 1.5", 4, "whole number"),
    (HIDE + "tag = 'a'\nthrough = 1", 4, "true or false"),
    (HIDE + "tag = 'a'\nname = 5", 4, "must be a text"),
    (HIDE + "tag = 'a'\nname = '12'", 4, "digits alone"),
    (HIDE + "tag = 'a'\nname = \"a\\nb\"", 4, "one line"),
    (HIDE + f"tag = 'a'\nname = '{'a' * 129}'", 4, "at most 128"),
    (HIDE + f"tag = 'a'\nbecause = '{'a' * 1025}'", 4, "at most 1024"),
    (HIDE + "tag='a'\nname='x'\n" + HIDE + "tag='a'\nname = 'x'", 8, "another rule"),
    (HIDE + "tag = 'a'\nuntil = 5", 4, "must be a date"),
    (HIDE + "tag = 'a'\nuntil = 12:00:00", 4, "must be a date"),
    (HIDE + "tag = 'a'\nuntil = 2026-12-31T12:00:00", 4, "must be a date"),
    (HIDE + "tag = 'a'\nuntil = '2026-12-31'", 4, "must be a date"),
    ("rule = 5", 1, "begins with [[rule]]"),
    ("rule = [5]", 1, "begins with [[rule]]"),
    ("lists = 5", 1, "[lists.friends]"),
    ("lists.a = 5", 1, "[lists.a]"),
    ("[lists.a]\naccounts = 'x'", 2, "array of keys"),
    ('[lists."a@b"]', 1, "without @"),
]


@pytest.mark.parametrize(("text", "line", "said"), ONE_MISTAKE)
def test_one_mistake(text: str, line: int, said: str) -> None:
    [mistake] = mistakes(text)
    assert (mistake.line, said in mistake.text) == (line, True), mistake


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("[[rule]]\naction =\n", 2, 9),
        ("[[rule]]\naction = 'hide\na = 1\n", 2, 0),
        ('[[rule]]\naction = """hide\na = 1\n', 2, 0),
        ("a = 1\na = 2\n", 2, 6),
        ("[[rule]", 1, 7),
        ("\n\na = [1,\n2,\n", 3, 0),
        (b"\n\na = '\xff'", 3, 0),
        (b"a\r\nb", 1, 2),
    ],
)
def test_what_is_no_toml(text: str | bytes, line: int, column: int) -> None:
    [mistake] = mistakes(text)
    assert (mistake.line, mistake.column if column else 0) == (line, column)


def test_brackets_without_end() -> None:
    [mistake] = mistakes("a = " + "[" * 100_000)
    assert "nested" in mistake.text or mistake.line == 1


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    one = HIDE + "tag = 'a'\n"
    monkeypatch.setattr(rule_parser, "MAX_RULES", 3)
    assert len(rules_of(one * 3).rules) == 3
    [mistake] = mistakes(one * 4)
    assert (mistake.line, "at most 3 rules" in mistake.text) == (10, True)
    monkeypatch.setattr(rule_parser, "MAX_LISTED", 1)
    [mistake] = mistakes(f"\n[lists.a]\naccounts = ['{ANNA}', '{BEN}']")
    assert (mistake.line, "1 accounts" in mistake.text) == (2, True)
    monkeypatch.setattr(rule_parser, "MAX_PATTERN_STEPS", 100)
    rules_of(HIDE + "pattern = 'a.b'")
    [mistake] = mistakes(HIDE + "pattern = 'a.{5,30}b'")
    assert "100 steps" in mistake.text
    monkeypatch.setattr(rule_parser, "MAX_PATTERNS", 1)
    [mistake] = mistakes(HIDE + "pattern = ['a', 'b']")
    assert "1 patterns" in mistake.text
    monkeypatch.setattr(rule_parser, "MAX_CHOICES", 1)
    [mistake] = mistakes(HIDE + "words = ['a', 'b']")
    assert "1 values" in mistake.text
    monkeypatch.setattr(parser, "MAX_FILTERS", 10)
    [mistake] = mistakes(one)
    assert "10 bytes" in mistake.text


def test_one_line_names_few_and_counts_the_rest() -> None:
    with pytest.raises(BadFile) as caught:
        rules_of("\n".join(f"x{n} = 1" for n in range(9)))
    assert len(caught.value.mistakes) == 9
    assert str(caught.value).endswith("; and 6 more mistakes")
    assert str(caught.value).startswith("line 1, column 1: `x0` is not known; line 2")


@examples(300)
@given(st.text(st.sampled_from("[]{}=\"'#\n\\.rule anot1,\u00e9")) | st.binary(max_size=60))
def test_no_file_does_anything_but_read_or_fail(text: str | bytes) -> None:
    try:
        read_rules(text if isinstance(text, bytes) else text.encode())
    except BadFile as error:
        assert error.mistakes
