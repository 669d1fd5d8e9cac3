"""`views.toml`: what it may hold, what is told of mistakes, and how it is changed as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.content.view import MAX_ABOUT, MAX_VIEW
from sayso_protocol.limits import MAX_VIEWS, MAX_VIEWS_FILE
from sayso_protocol.toml.mistakes import BadFile
from sayso_protocol.toml.writer import NotEditable
from sayso_protocol.views.editor import add_view, remove_view, view_text
from sayso_protocol.views.parser import read_views
from sayso_protocol.views.ranking import View

from ..filters.support import ANNA
from . import support as view_support  # noqa: F401 - skips where there is no engine


def test_a_file() -> None:
    text = f"""
# what I like
[views.mine]
about = "mine"
expression = '''
replies * 2 // talk
+ (distance == 1 ? 5 : 0)'''

[views."two words"]
by = "{ANNA}"
expression = "age"
"""
    mine = View("mine", "replies * 2 // talk\n+ (distance == 1 ? 5 : 0)", "mine")
    assert read_views(text.encode()) == {
        "mine": mine,
        "two words": View("two words", "age", "", ANNA),
    }
    assert read_views(b"") == {}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("x = 1", 1, "`x` is not known"),
        ("view = 1", 1, "did you mean `views`?"),
        ("views = 1", 1, "views are tables"),
        ("[views]\nmine = 1", 2, "a view is a table"),
        ("[views.a]\n", 1, "no `expression`"),
        ("[views.a]\nexpression = 1", 2, "must be a text"),
        ("[views.a]\nexpression = '1'\nabuot = 'x'", 3, "did you mean `about`?"),
        ("[views.a]\nabout = 'x'\nexpression = 'replis'", 3, "did you mean `replies`?"),
        ("[views.a]\nexpression = '1.5'", 2, "1.5 is a fraction"),
        ("[views.a]\nexpression = '1'\nby = 'me'", 3, "not an account"),
        ("[views.a]\nexpression = '1'\nabout = 2", 3, "must be a text"),
        (f"[views.a]\nexpression = '1'\nabout = '{'x' * (MAX_ABOUT + 1)}'", 3, "at most 1024"),
        ("[views.newest]\nexpression = '1'", 1, "choose another name"),
        (f"[views.{'x' * (MAX_VIEW + 1)}]\nexpression = '1'", 1, "at most 64 bytes"),
        ("[views.'a@b']\nexpression = '1'", 1, "without @"),
        ("[views.a\n", 1, "Expected ']'"),
        ("[views.a]\nexpression = '1\n", 2, ""),
    ],
)
def test_mistakes_are_told_with_their_line(text: str, line: int, said: str) -> None:
    with pytest.raises(BadFile) as caught:
        read_views(text.encode())
    assert any(
        said in mistake.text and mistake.line == line for mistake in caught.value.mistakes
    ), caught.value.mistakes


def test_too_much_is_refused() -> None:
    many = "".join(f"[views.v{n}]\nexpression = '1'\n" for n in range(MAX_VIEWS + 1))
    with pytest.raises(BadFile, match="at most 100 views"):
        read_views(many.encode())
    with pytest.raises(BadFile, match="bytes"):
        read_views(b"#" * (MAX_VIEWS_FILE + 1))


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
NAMES = st.text(st.characters(categories=["L", "N", "Zs"]), min_size=1, max_size=12).filter(
    lambda name: name.strip() and name != "newest" and name.isprintable()
)
BLANKS = st.sampled_from([" ", "\n", " // it's '''so'''\n", " // 'x' \\ \t\n", "\r\n+ 0"])


@given(NAMES, st.tuples(BLANKS, BLANKS), TEXTS, st.sampled_from([None, ANNA]))
def test_what_is_added_is_read_back(
    name: str, blanks: tuple[str, str], about: str, by: str | None
) -> None:
    view = View(name, f"1{blanks[0]}+ 2{blanks[1]}", about, by)
    text = view_text(view)
    assert read_views(text.encode()) == {name: view}
    other = view_text(View("other one", "3"))
    if name != "other one":
        assert remove_view(add_view(other, view), name) == other + "\n"


def test_what_the_owner_wrote_stays() -> None:
    first = "# first\n[views.a]\nexpression = '1' # one\n\n"
    text = f"# top\n\n{first}# second\n[views.b]\nexpression = '2'"
    added = add_view(text, View("c", "3"))
    assert added.startswith(text)
    assert [*read_views(added.encode())] == ["a", "b", "c"]
    assert remove_view(added, "a") == added.replace(first, "")
    assert [*read_views(remove_view(added, "b").encode())] == ["a", "c"]
    with pytest.raises(NotEditable):
        remove_view("[views]\na.expression = '1'", "a")
