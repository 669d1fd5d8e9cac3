"""What is found by words and filters is what a plain look at every post finds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_node.entries.body import body_of
from sayso_node.timeline import search as module
from sayso_node.timeline.search import search
from sayso_node.timeline.search_syntax import read_query
from sayso_protocol.content.body import Post
from sayso_storage.interface.store import Store, TimelineQuery
from sayso_storage.sqlite import open_store

from ..support import Person

WORDS = ("bread", "cake", "sea")
LANGS = (None, "pt", "pt-BR", "PT", "es", "ptx")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    person = Person("anna", open_store(tmp_path_factory.mktemp("search") / "store.db"))
    for n in range(60):
        text = " ".join(word for at, word in enumerate(WORDS) if n >> at & 1) or "nothing"
        lang = LANGS[n % len(LANGS)]
        person.publish([Post(text, tags=("even",) if n % 2 == 0 else (), lang=lang)])
    return person.store


@given(
    all_of=st.sets(st.sampled_from(WORDS)),
    none_of=st.sets(st.sampled_from(WORDS)),
    lang=st.sampled_from([None, "pt", "pt-br", "es", "de"]),
    tag=st.sampled_from([None, "even"]),
    limit=st.integers(1, 70),
    page=st.integers(1, 70),
)
def test_filters_and_words_together(
    store: Store,
    all_of: set[str],
    none_of: set[str],
    lang: str | None,
    tag: str | None,
    limit: int,
    page: int,
) -> None:
    typed = [*all_of, *(f"-{word}" for word in none_of), "since:4w"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "PAGE", page)
        terms = read_query(" ".join(typed)).terms
        found = search(store, terms, TimelineQuery(limit, tag=tag), lang)
    posts = [(entry.id, body_of(entry)) for entry in store.timeline(TimelineQuery(100, tag=tag))]
    wanted = [
        entry_id
        for entry_id, post in posts
        if isinstance(post, Post)
        and all_of <= set(post.text.split())
        and not none_of & set(post.text.split())
        and (lang is None or (post.lang or "").lower() in {lang, *_cases(lang)})
    ]
    assert [entry.id for entry in found] == wanted[:limit]


def _cases(lang: str) -> set[str]:
    return {one.lower() for one in LANGS if one and one.lower().split("-")[0] == lang}
