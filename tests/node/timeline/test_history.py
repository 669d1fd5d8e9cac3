"""The versions of an entry, and what changed between two texts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples

from sayso_node.timeline import history
from sayso_node.timeline.history import changes_between, versions
from sayso_protocol.content.body import Edit, Post, React, Reference

from ..support import Person

TEXTS = st.text(st.sampled_from("ab c\né.👍"), max_size=30)


@given(TEXTS, TEXTS)
@examples(100)
def test_the_changes_make_the_one_text_of_the_other(before: str, after: str) -> None:
    changes = list(changes_between(before, after))
    assert "".join(text for sign, text in changes if sign != "+") == before
    assert "".join(text for sign, text in changes if sign != "-") == after
    assert all(text for _, text in changes)


def test_words_are_compared_and_not_letters() -> None:
    assert list(changes_between("the cat sat", "the cap sat.")) == [
        ("=", "the "),
        ("-", "cat"),
        ("+", "cap"),
        ("=", " sat"),
        ("+", "."),
    ]


def test_long_texts_are_not_compared_word_by_word() -> None:
    """The time would grow with the product of their lengths."""
    before, after = "a " * history._MAX_COMPARED, "b " * history._MAX_COMPARED
    assert list(changes_between(before, after)) == [("-", before), ("+", after)]


def test_versions_come_oldest_first() -> None:
    ann = Person("ann")
    run = ann.publish([Post("one")])
    of = Reference(ann.account, ann.feed, run.last, run.tip)
    second = ann.publish([Edit(of, of, "two", warn="odd")])
    entry, reaction = ann.store.entry(run.tip), ann.publish([React(of, "x")])
    assert entry is not None
    found = versions(ann.store, entry)
    assert [(one.text, one.warn, one.entry.id) for one in found] == [
        ("one", None, run.tip),
        ("two", "odd", second.tip),
    ]
    reacting = ann.store.entry(reaction.tip)
    assert reacting is not None
    assert versions(ann.store, reacting) == []
