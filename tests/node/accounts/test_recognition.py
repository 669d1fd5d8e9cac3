"""Whose name a claimed name looks like, and who vouches for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sayso_node.accounts.follows import follow
from sayso_node.accounts.lookup import find_account
from sayso_node.accounts.name_text import recognition_parts
from sayso_node.accounts.names import Names
from sayso_node.accounts.recognition import NOTHING, VOUCH
from sayso_node.errors import NodeError, NotFound
from sayso_protocol.content.body import KnownBody, Label, Profile
from sayso_protocol.crypto.keys import key_text
from sayso_storage.memory.store import MemoryStore
from sayso_storage.sqlite import open_store

from ..support import Person


@pytest.fixture(params=["memory", "sqlite"])
def robin(request: pytest.FixtureRequest, tmp_path: Path) -> Person:
    memory = request.param == "memory"
    person = Person(
        "robin", MemoryStore(bytes(16)) if memory else open_store(tmp_path / "s.sqlite")
    )
    person.publish([Profile(name="Robin")])
    return person


def known(robin: Person, name: str, *bodies: KnownBody, petname: str | None = None) -> Person:
    """Somebody whom Robin follows."""
    other = Person(name)
    robin.store.follow(other.account, petname, 1)
    robin.store.add_grant(other.grant)
    robin.store.append([other.publish([Profile(name=name), *bodies])], 2**41)
    return other


def beside(robin: Person, other: Person) -> tuple[str, ...]:
    return recognition_parts(Names(robin.store).of(other.account))


def test_nothing_stands_beside_a_name_that_is_nobody_elses(robin: Person) -> None:
    anna = known(robin, "Anna")
    assert Names(robin.store).of(anna.account).recognition == NOTHING
    assert beside(robin, anna) == ()


def test_a_name_that_looks_like_a_petname_is_flagged_and_not_who_has_it(robin: Person) -> None:
    ben = known(robin, "Benjamin", petname="ben")
    mallory = known(robin, "Bеn")  # with a Cyrillic letter
    assert beside(robin, mallory) == ("looks like @ben",)
    assert beside(robin, ben) == ()
    assert Names(robin.store).of(mallory.account).recognition_json() == {
        "looks_like": key_text(ben.account),
        "vouched_by": [],
    }


def test_a_name_that_looks_like_a_claimed_one_is_flagged_by_key(robin: Person) -> None:
    anna, other = known(robin, "Anna"), known(robin, "Аnnа")
    [words] = beside(robin, other)
    assert words == f"looks like {Names(robin.store).key(anna.account)}"
    assert len(beside(robin, anna)) == 1  # which of the two came first nobody knows


def test_a_name_that_looks_like_the_own_one_is_flagged(robin: Person) -> None:
    assert beside(robin, known(robin, "Rοbin")) == ("looks like you",)
    assert beside(robin, robin) == ()


def test_those_who_are_not_followed_any_more_lend_no_name(robin: Person) -> None:
    ben, mallory = known(robin, "Ben"), known(robin, "Bеn")
    robin.store.unfollow(ben.account)
    assert beside(robin, mallory) == ()
    assert len(beside(robin, ben)) == 1  # now it is the stranger


def test_followed_accounts_vouch_and_nobody_else(robin: Person) -> None:
    ben = known(robin, "Ben")
    vouch = Label(VOUCH, accounts=(ben.account,))
    assert beside(robin, ben) == ()
    stranger = known(robin, "Stranger", vouch)
    robin.store.unfollow(stranger.account)
    assert beside(robin, ben) == ()
    anna = known(robin, "Anna", vouch, petname="anna")
    assert beside(robin, ben) == ("vouched for by @anna",)
    both = [anna, known(robin, "Cara", vouch)]
    keys = sorted(one.account for one in both)
    assert [*Names(robin.store).of(ben.account).recognition.vouched_by] == keys
    [words] = beside(robin, ben)
    assert words.startswith("vouched for by ") and words.endswith(" and 1 more")
    robin.store.append([anna.publish([Label(VOUCH, accounts=(ben.account,), off=True)])], 2**41)
    assert " and " not in beside(robin, ben)[0]


def test_a_crowd_that_vouches_is_one_line(robin: Person) -> None:
    ben = known(robin, "Ben")
    for number in range(12):
        known(robin, f"P{number}", Label(VOUCH, accounts=(ben.account,)))
    [words] = beside(robin, ben)
    assert words.endswith(" and 11 more")


def test_a_petname_that_looks_like_another_is_refused(robin: Person) -> None:
    known(robin, "Benjamin", petname="ben")
    other = Person("other")
    for alike in ("Bеn", "bén", "b en", "ｂｅｎ"):
        with pytest.raises(NodeError, match=r"already|looks like @ben"):
            follow(robin.store, other.account, alike)
    follow(robin.store, other.account, "benno")


def test_a_name_that_was_typed_with_other_letters_is_guessed(robin: Person) -> None:
    known(robin, "Benjamin", petname="ben")
    with pytest.raises(NotFound, match="did you mean @ben"):
        find_account(robin.store, "@bеn")


def test_all_who_look_alike_are_found(robin: Person) -> None:
    first, second = known(robin, "Ben", petname="ben"), known(robin, "Bеn")
    names = Names(robin.store)
    assert [one.account for one in names.all_alike(first.account, "Ben")] == [second.account]
    assert names.all_alike(first.account, "Nobody") == ()
