"""What people type to search for, and everything else that might be typed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import long
from tests.testdata import data_file

from sayso_node.errors import QueryError
from sayso_node.timeline.search_syntax import read_query
from sayso_protocol.limits import MAX_QUERY, MAX_QUERY_WORDS
from sayso_storage.interface.store import TimelineQuery
from sayso_storage.search.query import Phrase
from sayso_storage.sqlite import open_store

from ..support import Person

A, B, C = (Phrase((letter,)) for letter in "abc")

READ = {
    "a b": (((A,), (B,)), ()),
    '"a b"': (((Phrase(("a", "b")),),), ()),
    "“a b”": (((Phrase(("a", "b")),),), ()),
    '"a b': (((Phrase(("a", "b")),),), ()),
    "a-b": (((Phrase(("a", "b")),),), ()),
    "a -b": (((A,),), (B,)),
    'a -"b c"': (((A,),), (Phrase(("b", "c")),)),
    "a OR b c": (((A, B), (C,)), ()),
    "a OR b OR c": (((A, B, C),), ()),
    "OR a OR": (((A,),), ()),
    "a or b": (((A,), (Phrase(("or",)),), (B,)), ()),
    "a AND NOT b": (((A,), (Phrase(("and",)),), (Phrase(("not",)),), (B,)), ()),
    "a*": (((Phrase(("a",), begun=True),),), ()),
    '"a*"': (((A,),), ()),
    "a !!! * -": (((A,),), ()),
    "other:a": (((Phrase(("other", "a")),),), ()),
    "http://a": (((Phrase(("http", "a")),),), ()),
    "a:b": (((Phrase(("a", "b")),),), ()),
    "form: a": (((Phrase(("form",)),), (A,)), ()),
    '"form:a"': (((Phrase(("form", "a")),),), ()),
    '"tag:a"': (((Phrase(("tag", "a")),),), ()),
    "NEAR(a b)": (((Phrase(("near", "a")),), (B,)), ()),
    "{text}: a": (((Phrase(("text",)),), (A,)), ()),
    "a'; DROP TABLE words; --": (
        ((A,), *((Phrase((word,)),) for word in ("drop", "table", "words"))),
        (),
    ),
}


@pytest.mark.parametrize("text", READ)
def test_what_is_typed(text: str) -> None:
    wish = read_query(text)
    assert (wish.terms.all_of, wish.terms.none_of) == READ[text]


def test_filters() -> None:
    wish = read_query("a author:@anna tag:#sea since:7d author:@anna")
    assert wish.terms.all_of == ((A,),)
    assert (wish.author, wish.tag, wish.since) == ("@anna", "#sea", "7d")
    wish = read_query("FROM:@anna Tag:sea lang:pt-BR since:7d until:2024-05-01")
    assert (wish.terms.all_of, wish.terms.none_of) == ((), ())
    assert (wish.author, wish.tag, wish.since) == ("@anna", "sea", "7d")
    assert (wish.lang, wish.until) == ("pt-BR", "2024-05-01")
    assert read_query("-butter tag:a").terms.none_of == (Phrase(("butter",)),)


WRONG = {
    "": "name a word",
    "-a": "name a word",
    "-a -b": "name a word",
    "autor:b a": "did you mean `author`",
    "form:@anna": "did you mean `from`",
    "tags:a": "did you mean `tag`",
    "unti:1d": "did you mean `until`",
    "language:en a": "did you mean `lang`",
    "a lang:": "needs a value",
    "a tag:#": "needs a value",
    "a until:": "needs a value",
    "a lang:not_one": "no language tag",
    "a lang:e": "no language tag",
    "from:@a author:@b": "only one author:",
    "-since:7d": "cannot be left out",
    '"*': "name a word",
    "a tag:": "needs a value",
    "a tag:b tag:c": "only one tag:",
    "a -author:b": "cannot be left out",
    "a" * (MAX_QUERY + 1): "characters",
    "a " * (MAX_QUERY_WORDS + 1): "words",
    "中" * (MAX_QUERY_WORDS + 2): "words",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_cannot_be_searched_for_says_why(text: str) -> None:
    with pytest.raises(QueryError, match=WRONG[text]):
        read_query(text)


@pytest.fixture(scope="module")
def anna(tmp_path_factory: pytest.TempPathFactory) -> Person:
    return Person("anna", open_store(tmp_path_factory.mktemp("search") / "store.db"))


def search(person: Person, text: str) -> list[bytes]:
    """Ids of what is found; nothing for what says that it cannot be searched for."""
    try:
        wish = read_query(text)
    except QueryError:
        return []
    query = TimelineQuery(limit=10_000)
    return [entry.id for entry in person.store.search(wish.terms, query)]


NO_QUOTES = str.maketrans('"“”„«»', "      ")
SYNTAX = st.text("\"*-^:()+{}'; \0\ud800aNEAR中é", max_size=60)


@given(st.text(max_size=200) | SYNTAX)
def test_nothing_that_is_typed_is_syntax_to_the_store(anna: Person, text: str) -> None:
    search(anna, text)


@long
@pytest.mark.data
def test_strings_that_break_software_are_found_by_themselves(anna: Person) -> None:
    strings = json.loads(data_file("naughty_strings.json").read_text(encoding="utf-8"))
    posted = {text: anna.post(text).tip for text in strings if text and "\0" not in text}
    found = 0
    for text, entry_id in posted.items():
        search(anna, text)
        ids = search(anna, '"' + text.translate(NO_QUOTES) + '"')
        assert not ids or entry_id in ids
        found += bool(ids)
    assert found > 230
    assert anna.store.check(None, lambda _: None).errors == ()
