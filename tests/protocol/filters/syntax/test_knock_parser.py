"""The table `[knock]`: what strangers pay, every mistake with its place, and its editor."""

from __future__ import annotations

import pytest

from sayso_protocol.filters.rules_codec import pack_rules, unpack_rules
from sayso_protocol.filters.syntax.editor import set_in_table
from sayso_protocol.filters.syntax.parser import read_rules
from sayso_protocol.letters.prices import CLOSED, DEFAULT, Prices
from sayso_protocol.toml.mistakes import BadFile
from sayso_protocol.toml.writer import NotEditable

from ..support import rules_of


@pytest.mark.parametrize(
    ("text", "prices"),
    [
        ("", DEFAULT),
        ("[knock]\n", DEFAULT),
        ("[knock]\nthird = 20\nfarther = 26\n", Prices(0, 20, 21, 26)),
        ("[knock]\nthird = 22\n", Prices(0, 22, 22, 24)),
        ('[knock]\nfourth = "nobody"\n', Prices(0, 18, None, None)),
        ('[knock]\nnear = "nobody"\n', CLOSED),
        ("[knock]\nnear = 0\nthird = 0\nfourth = 0\nfarther = 0\n", Prices(0, 0, 0, 0)),
    ],
)
def test_prices(text: str, prices: Prices) -> None:
    found = rules_of(text)
    assert found.knock == prices
    assert unpack_rules(pack_rules(found)) == found


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("knock = 3\n", 1, "a table: [knock]"),
        ("[knock]\nthrid = 3\n", 2, "did you mean `third`"),
        ("\n[knock]\nthird = 41\n", 3, 'from 0 to 40, or "nobody"'),
        ("[knock]\nthird = -1\n", 2, "from 0 to 40"),
        ("[knock]\nthird = true\n", 2, "from 0 to 40"),
        ('[knock]\nthird = "18"\n', 2, "from 0 to 40"),
        ('[knock]\nthird = "nobody"\nfarther = 24\n', 3, "costs less than what is nearer"),
        ("[knock]\nthird = 20\nfourth = 19\n", 3, "costs less than what is nearer"),
    ],
)
def test_one_mistake(text: str, line: int, said: str) -> None:
    with pytest.raises(BadFile) as caught:
        read_rules(text.encode())
    [mistake] = caught.value.mistakes
    assert (mistake.line, said in mistake.text) == (line, True), mistake


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "[knock]\nthird = 20\n"),
        ("# mine", "# mine\n\n[knock]\nthird = 20\n"),
        ("[knock]", "[knock]\nthird = 20\n"),
        ("[knock] # dear\n# x\nnear = 0\n", "[knock] # dear\nthird = 20\n# x\nnear = 0\n"),
        (
            "[knock]\nthird = 1 # old\nnear = 0\n[lists]\n",
            "[knock]\nthird = 20\nnear = 0\n[lists]\n",
        ),
        (
            "[knock]\n[lists.third]\naccounts=[]\n",
            "[knock]\nthird = 20\n[lists.third]\naccounts=[]\n",
        ),
    ],
)
def test_a_price_is_set_in_place(before: str, after: str) -> None:
    text = set_in_table(before, "knock", {"third": 20})
    assert text == after
    assert rules_of(text).knock.third == 20


@pytest.mark.parametrize("text", ["knock = { third = 3 }\n", "knock.third = 3\n"])
def test_a_table_in_another_form_is_left_alone(text: str) -> None:
    assert rules_of(text).knock.third == 3
    with pytest.raises(NotEditable):
        set_in_table(text, "knock", {"third": 20})
