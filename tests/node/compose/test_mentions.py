"""Which accounts a text mentions."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.twitter_text import extract_cases

from sayso_node.compose.mentions import mentions
from sayso_protocol.content.post import MAX_MENTIONS
from sayso_protocol.crypto.keys import key_text
from sayso_storage.interface.store import Store
from sayso_storage.memory.store import MemoryStore

from ..support import Person

ANNA, BERT, TWIN = Person("anna"), Person("bert"), Person("twin")
KEY = key_text(ANNA.account)


@pytest.fixture
def known() -> Store:
    store = MemoryStore(bytes(16))
    store.follow(ANNA.account, "anna", 1)
    store.follow(BERT.account, "Bert B. & Co", 1)
    return store


@pytest.mark.parametrize(
    "text",
    [
        "@anna",
        "hello @anna!",
        "(@anna)",
        "＠anna, look",
        "看@anna你好",
        f"@{KEY}",
        f"@did:key:{KEY}.",
        f"@{KEY[:8]}: hi",
        f"@{KEY[:30]}",
        "@anna and once more @anna",
        "@@anna @anna",
        "@Anna",
        "@ANNA",
        "@ａｎｎａ",
        "@an\u200bna",
        ".@anna look",
        "...@anna thanks",
        "-@anna",
        "Hi.@anna",
        "a, +@anna",
        "@anna's",
        "@anna’s",
        "@annaさん",
        "@annaи",
        "看@anna님",
    ],
)
def test_what_resolves_is_a_mention(known: Store, text: str) -> None:
    assert mentions(known, text) == (ANNA.account,)


@pytest.mark.parametrize(
    "text",
    [
        "anna",
        "mail@anna",
        "a.b-c@anna.example",
        "https://example.org/@anna",
        "@annabel",
        "@annaé",
        "@anna\u0301",
        "é@anna",
        "я@anna",
        "a-@anna",
        "@anna_2",
        "@ anna",
        "@",
        "@z6Mk",
        f"@{KEY[:7]}",
        f"@{KEY[:47]}x1",
        f"@{KEY}1",
        "@z" + "1" * 47,
        "@zzzzzzzz",
        "@" * 10_000,
        "@\udc00",
    ],
)
def test_what_does_not_is_text(known: Store, text: str) -> None:
    assert mentions(known, text) == ()


def test_the_longest_petname_counts_and_may_hold_spaces(known: Store) -> None:
    short = Person("short")
    known.follow(short.account, "Bert", 1)
    assert mentions(known, "@Bert B. & Co, and @Bert B.") == (BERT.account, short.account)


def test_a_full_key_need_not_be_known(known: Store) -> None:
    assert mentions(known, f"hello @{key_text(TWIN.account)}") == (TWIN.account,)


def test_what_is_ambiguous_is_text(known: Store) -> None:
    known.follow(TWIN.account, "anna", 1)
    assert mentions(known, "@anna") == ()
    many = [Person(f"person {n}") for n in range(300)]
    for one in many:
        known.follow(one.account, None, 1)
    common = key_text(many[0].account)[:5]
    assert len(known.find_accounts(common)) > 1
    assert mentions(known, f"@{common}") == ()


def test_there_is_a_limit(known: Store) -> None:
    people = [Person(f"person {n}").account for n in range(MAX_MENTIONS + 3)]
    text = " ".join(f"@{key_text(one)}" for one in people)
    assert mentions(known, text) == tuple(people[:MAX_MENTIONS])


@given(st.text(st.sampled_from("@＠anB. z6Mk1你\n_") | st.characters(), max_size=60))
def test_any_text_is_walked(text: str) -> None:
    store = MemoryStore(bytes(16))
    store.follow(ANNA.account, "an", 1)
    assert set(mentions(store, text)) <= {ANNA.account}


SUFFIXED = [
    ("太郎", "@太郎さん、こんにちは"),
    ("김철수", "@김철수님"),
    ("สมชาย", "@สมชายครับ"),
    ("วิชัย", "ถึง@วิชัยครับ"),
    ("\u1798\u1780\u179a\u17b6", "@\u1798\u1780\u179a\u17b6\u1794\u17b6\u1791"),
    ("カナ", "@ｶﾅちゃん"),
    ("Zoë", "@ZOE\u0308!"),
    ("İnci", "@inci, @INCI"),
    ("علی‌رضا", "@علیرضا سلام"),
    ("O’Brien", "@o'brien"),
]


@pytest.mark.parametrize(("petname", "text"), SUFFIXED)
def test_a_petname_ends_where_a_word_may(petname: str, text: str) -> None:
    store = MemoryStore(bytes(16))
    store.follow(ANNA.account, petname, 1)
    assert mentions(store, text) == (ANNA.account,)


def test_the_longest_petname_is_meant() -> None:
    store = MemoryStore(bytes(16))
    store.follow(ANNA.account, "太郎", 1)
    store.follow(BERT.account, "太郎さん", 1)
    assert mentions(store, "@太郎さんと@太郎くん") == (BERT.account, ANNA.account)


def test_petnames_that_are_one_when_folded_mention_nobody() -> None:
    store = MemoryStore(bytes(16))
    store.follow(ANNA.account, "Sam", 1)
    store.follow(BERT.account, "sam", 1)
    assert mentions(store, "@sam") == ()


def test_the_cases_of_twitter_text() -> None:
    """Each name is a petname here. Slugs of lists are text: there are no lists to mention."""
    sections = ("mentions", "mentions_with_indices", "mentions_or_lists_with_indices")
    cases = [case for section in sections for case in extract_cases(section)]
    assert len(cases) > 25
    for text, expected in cases:
        # `_` has no letter that a petname must have.
        names = {*expected, *re.findall(r"[@＠]([A-Za-z0-9_]{1,20})", text)} - {"_"}
        people = {Person(name).account: name for name in names}
        store = MemoryStore(bytes(16))
        for account, name in people.items():
            store.follow(account, name, 1)
        assert [people[one] for one in mentions(store, text)] == expected, text
