"""No name that somebody chose for himself looks like one that the owner gave."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sayso_cli.render.people.name import EXCERPT, NAMELESS, excerpt, name_text, own_words
from sayso_cli.terminal.layout import line
from sayso_node.accounts.names import Name

CHOSEN = st.text(min_size=1, max_size=40)
PETNAMES = st.text(alphabet=st.characters(categories=("L", "N")), min_size=1, max_size=20)
QUOTES = "“”„‟‘’«»‹›\"'`´＂〝〞〟❝❞"


def chosen(name: str) -> str:
    """What a line shows of a name that an account chose for itself."""
    return line(name_text(Name(None, name, None)))


@given(CHOSEN, PETNAMES)
@example("@ada", "ada")
@example("\u200b@ada", "ada")
@example("＠ada", "ada")
@example("ada”  @ada", "ada")
@example("\u202eada@", "ada")
@example("ada (you)", "ada")
@example("(no name)", "no name")
def test_a_chosen_name_is_no_petname_whatever_it_is(name: str, petname: str) -> None:
    shown = chosen(name)
    assert shown != line(name_text(Name(petname, name, None)))
    assert shown != line(name_text(Name(None, petname, None, is_own=True)))
    assert shown != NAMELESS
    within = name_text(Name(None, name, None))
    assert (within[0], within[-1]) == ("“", "”")


@given(st.text(alphabet=QUOTES + "@a ", min_size=1))
def test_nothing_in_a_name_ends_its_quotation(name: str) -> None:
    assert not set(own_words(name)[1:-1]) & set(QUOTES) - {"'"}
    assert own_words(name).count("”") == 1


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (Name("ada", "Ada Lovelace", None), "@ada"),
        (Name(None, "Ada Lovelace", None), "“Ada Lovelace”"),
        (Name(None, None, None), "(no name)"),
        (Name(None, "Robin", None, is_own=True), "Robin (you)"),
        (Name(None, None, None, is_own=True), "(no name) (you)"),
        (Name(None, "Sean O’Hara", None), "“Sean O'Hara”"),
        (Name(None, "‏שרה", None), "“\u200fשרה”"),
    ],
)
def test_each_has_its_look(name: Name, shown: str) -> None:
    assert name_text(name) == shown


@given(st.text())
def test_of_a_text_beside_a_key_no_word_stands_alone(text: str) -> None:
    shown = excerpt(text)
    assert (shown[0], shown[-1], shown.count("”")) == ("“", "”", 1)
    assert len(shown) <= EXCERPT + 2 and "\n" not in shown
