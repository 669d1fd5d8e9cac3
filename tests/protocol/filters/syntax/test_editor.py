"""Rules are added and removed without a change to anything else in the file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.filters.syntax.editor import (
    add_list,
    add_rule,
    remove_list,
    remove_rules,
    rename_list,
    rule_text,
    set_list,
)
from sayso_protocol.toml.writer import Bare, NotEditable

from ..support import ANNA, rules_of

FILE = """\
# My rules.

# about ads
[[rule]]
action = "hide"   # away with it
words = [
  "ads", # [[rule]]
]
[rule.not]
tag = "news"

[lists.friends]
accounts = []

# loud
# ones
[[rule]]
action = "fold"
rate = 9
"""


def test_the_rest_stays_as_it_is() -> None:
    without_first = remove_rules(FILE, {1})
    assert without_first == "# My rules.\n\n" + FILE[FILE.index("[lists.friends]") :]
    assert remove_rules(FILE, {2}) == FILE[: FILE.index("# loud")]
    assert remove_rules(FILE, {1, 2}) == "# My rules.\n\n[lists.friends]\naccounts = []\n\n"
    assert remove_rules(FILE, set()) == FILE


def test_a_rule_comes_first_or_last() -> None:
    made = rule_text({"action": "hide", "tag": ["a", "b"]}, "mine\nand so on")
    assert made == '# mine\n# and so on\n[[rule]]\naction = "hide"\ntag = ["a", "b"]\n'
    first, last = add_rule(FILE, made, first=True), add_rule(FILE, made, first=False)
    assert first == FILE.replace("# about ads", made + "\n# about ads")
    assert last == FILE + "\n" + made
    assert [rule.action for rule in rules_of(first).rules] == ["hide", "hide", "fold"]
    assert [rule.clauses[0].condition for rule in rules_of(last).rules] == ["words", "rate", "tag"]
    assert add_rule("", made, first=True) == made
    assert add_rule("# x", made, first=False) == "# x\n\n" + made


@pytest.mark.parametrize("text", ["rule = [{action = 'hide', tag = 'a'}]\n", "rule = []"])
def test_rules_in_an_array_are_left_alone(text: str) -> None:
    rules_of(text)
    with pytest.raises(NotEditable):
        add_rule(text, "", first=True)
    with pytest.raises(NotEditable):
        remove_rules(text, {1})


@given(st.text(), st.text(max_size=60))
def test_any_text_comes_back(because: str, comment: str) -> None:
    fields = {"action": "hide", "account": ANNA, "because": because[:1000], "through": False}
    text = rule_text(fields, comment="".join(filter(str.isprintable, comment)))
    [rule] = rules_of(add_rule(FILE, text, first=False)).rules[2:]
    assert (rule.because, rule.through) == (because[:1000], False)


def test_a_time_is_written_bare() -> None:
    text = rule_text({"action": "hide", "tag": "a", "until": Bare("2026-12-31T00:00:00Z")})
    assert rules_of(text).rules[0].until_ms == 1_798_675_200_000


@given(st.lists(st.booleans(), max_size=6), st.sets(st.integers(1, 6)))
def test_adding_and_removing_keep_the_order(ends: list[bool], gone: set[int]) -> None:
    text, model = "# mine\n\n[lists.a]\n", list[str]()
    for number, first in enumerate(ends):
        tag = f"t{number}"
        text = add_rule(text, rule_text({"action": "hide", "tag": tag}, tag), first=first)
        model.insert(0 if first else len(model), tag)
    text = remove_rules(text, gone)
    left = [tag for number, tag in enumerate(model, 1) if number not in gone]
    assert [rule.clauses[0].values for rule in rules_of(text).rules] == [(tag,) for tag in left]
    assert text.startswith("# mine\n\n[lists.a]\n")
    assert [line[2:] for line in text.splitlines() if line.startswith("# t")] == left


def test_lists_are_changed_and_the_rest_stays_as_it_is() -> None:
    friends = set_list(FILE, "friends", [ANNA])
    assert rules_of(friends).lists == {"friends": {ANNA}}
    start, end = FILE.index("accounts = []"), FILE.index("\n# loud")
    assert friends.startswith(FILE[:start]) and friends.endswith(FILE[end:])
    assert set_list(friends, "friends", []) == FILE
    renamed = rename_list(friends, "friends", "all of “them”")
    assert rules_of(renamed).lists == {"all of “them”": {ANNA}}
    without = remove_list(FILE, "friends")
    assert without == FILE[: FILE.index("[lists.friends]")] + FILE[FILE.index("# loud") :]
    more = add_list(add_list("", "a b", [ANNA]), "empty", [])
    assert rules_of(more).lists == {"a b": {ANNA}, "empty": frozenset()}
    assert rules_of(set_list(more, "empty", [ANNA])).lists["empty"] == {ANNA}
    assert rules_of(set_list("[lists.bare]", "bare", [ANNA])).lists == {"bare": {ANNA}}


@pytest.mark.parametrize("text", ["lists.a.accounts = []\n", "lists = { a = {} }\n", "[lists]\n"])
def test_a_list_in_another_form_is_left_to_its_owner(text: str) -> None:
    with pytest.raises(NotEditable):
        set_list(text, "a", [ANNA])
    with pytest.raises(NotEditable):
        remove_list(text, "a")
    with pytest.raises(NotEditable):
        rename_list(text, "a", "b")


def test_a_list_is_not_added_to_lists_in_one_statement() -> None:
    with pytest.raises(NotEditable):
        add_list("lists = {a = {accounts = []}}\n", "b", [ANNA])
    assert "[lists.b]" in add_list("lists.a.accounts = []\n", "b", [ANNA])
