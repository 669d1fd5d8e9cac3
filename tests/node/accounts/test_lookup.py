"""Entries, feeds and accounts, found by what people type for them."""

from __future__ import annotations

from base64 import b32encode
from pathlib import Path

import pytest
from tests.budget import long

from sayso_node.accounts.follows import follow
from sayso_node.accounts.lookup import find_account, find_entry, find_feeds, invite_of
from sayso_node.errors import Ambiguous, NodeError, NotFound
from sayso_protocol.crypto.hashing import invite_check
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.discovery.invite import Invite, invite_bytes, invite_text
from sayso_protocol.feed.entry import id_text
from sayso_storage.interface.store import Store
from sayso_storage.memory.store import MemoryStore
from sayso_storage.sqlite import open_store

from ..support import Person


@pytest.fixture(params=["memory", "sqlite"])
def person(request: pytest.FixtureRequest, tmp_path: Path) -> Person:
    memory = request.param == "memory"
    return Person("robin", MemoryStore(bytes(16)) if memory else open_store(tmp_path / "s.sqlite"))


def test_entries_are_found_by_beginnings(person: Person) -> None:
    run = person.post(*(f"post {n}" for n in range(300)))
    text = id_text(run.ids[7])
    for form in (text, text.upper(), text[:8], text[:40]):
        assert find_entry(person.store, form).id == run.ids[7]
    for wrong in ("", text[:7], text[:-1] + "x", "g" * 64, "é" * 64, text + "0", "%" * 9):
        with pytest.raises(NotFound):
            find_entry(person.store, wrong)


def test_feeds_are_found_by_account_or_own_key(person: Person) -> None:
    other = Person("anna")
    person.store.follow(other.account, "anna", 1)
    with pytest.raises(NotFound, match="nothing of"):
        find_feeds(person.store, "@anna")
    person.store.add_grant(other.grant)
    account, feed = key_text(other.account), key_text(other.feed)
    for form in (account, feed, feed[:14], account[:14], "@anna", f"did:key:{account}"):
        [state] = find_feeds(person.store, form)
        assert state.feed == other.feed
    for form in (f"did:key:did:key:{account}", f"sayso:did:key:did:key:{account}"):
        with pytest.raises(NotFound, match="not a key"):
            find_feeds(person.store, form)


def test_a_shared_petname_is_ambiguous() -> None:
    store: Store = MemoryStore(bytes(16))
    for name in ("anna", "bert"):
        store.follow(Person(name).account, "twin", 1)
    with pytest.raises(Ambiguous) as caught:
        find_account(store, "@twin")
    assert len(caught.value.candidates) == 2


AROUND = [
    " {}", "{}\n", "\t{}\r\n", "<{}>", "({}).", "“{}”", "'{}',", "\ufeff{}", "{}\u200b", "`{}`",
    "@{}", "@did:key:{}", "did:key:{0}#{0}", "did:key:{}/path?x=1", "sayso:{}?token", "<@{}>",
]  # fmt: skip


@pytest.mark.parametrize("around", AROUND)
def test_a_key_as_it_is_copied(around: str, person: Person) -> None:
    key = key_text(Person("anna").account)
    assert find_account(person.store, around.format(key)) == Person("anna").account


LINKED = [
    *AROUND[:11], "{} ", "\n{}\n", "<{}>,", "({})",
]  # fmt: skip


@long
@pytest.mark.parametrize("around", LINKED)
@pytest.mark.parametrize("change", ["lower", "upper", "lines"])
def test_an_invite_as_it_is_copied(around: str, change: str, person: Person) -> None:
    anna = Person("anna")
    text = invite_text(Invite(anna.account, anna.feed, token=b"token!"))
    text = {"lower": text, "upper": text.upper(), "lines": f"{text[:50]}\n {text[50:]}"}[change]
    typed = around.format(text)
    assert find_account(person.store, typed) == anna.account
    found = invite_of(typed)
    assert found is not None and found.token == b"token!"
    with pytest.raises(NotFound, match="nothing of"):
        find_feeds(person.store, typed)
    person.store.follow(anna.account, None, 1)
    person.store.add_grant(anna.grant)
    assert [one.feed for one in find_feeds(person.store, typed)] == [anna.feed]


@pytest.mark.parametrize("spoil", ["cut", "wrong", "later"])
def test_an_invite_with_a_slip_is_told_from_what_nobody_knows(spoil: str, person: Person) -> None:
    anna = Person("anna")
    data = invite_bytes(Invite(anna.account, anna.feed))
    text = invite_text(Invite(anna.account, anna.feed))
    later = b"\2" + data[1:]
    packed = b32encode(later + invite_check(later)[:3]).decode().rstrip("=")
    spoilt, said = {
        "cut": (text[:40], "copy the whole line again"),
        "wrong": (text[:-1] + ("a" if text[-1] != "a" else "b"), "copy the whole line again"),
        "later": (f"sayso:{packed}", "update sayso"),
    }[spoil]
    with pytest.raises(NotFound, match=said) as caught:
        find_account(person.store, spoilt)
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize("text", ["", "@sayso", "sayso", "sayso:z6Mk", "anna", "did:key:z6Mk"])
def test_what_is_no_invite_is_none(text: str) -> None:
    assert invite_of(text) is None


@pytest.mark.parametrize("around", AROUND[:10])
def test_an_id_as_it_is_copied(around: str, person: Person) -> None:
    run = person.post("x")
    for text in (id_text(run.ids[0]), id_text(run.ids[0])[:12]):
        assert find_entry(person.store, around.format(text)).id == run.ids[0]


PETNAMES = [
    ("Zoë", "zoe\u0308"), ("İnci", "inci"), ("O’Brien", "o'brien"), ("علی‌رضا", "علیرضا"),
    ("ＡＢ", "ab"), ("Jean–Luc", "jean-luc"), ("T. Ä.", "t. ä."), ("Ana 🏳️‍🌈", "ana 🏳‍🌈"),
]  # fmt: skip


@pytest.mark.parametrize(("petname", "typed"), PETNAMES)
def test_a_petname_is_found_however_it_is_typed(petname: str, typed: str, person: Person) -> None:
    anna, bert = Person("anna").account, Person("bert").account
    follow(person.store, anna, petname)
    for text in (petname, typed, f"{typed} "):
        assert find_account(person.store, f"@{text}") == anna
    with pytest.raises(NodeError, match="choose another"):
        follow(person.store, bert, typed)


def test_the_petname_just_as_typed_goes_before_others(person: Person) -> None:
    anna, bert = Person("anna").account, Person("bert").account
    person.store.follow(anna, "sam", 1)  # as earlier software allowed
    person.store.follow(bert, "Sam", 1)
    assert find_account(person.store, "@Sam") == bert
    assert find_account(person.store, "@sam") == anna
    with pytest.raises(Ambiguous):
        find_account(person.store, "@SAM")
