"""Names of accounts: petnames come before profiles."""

from __future__ import annotations

from pathlib import Path

import pytest

from sayso_node.accounts.names import Names
from sayso_protocol.content.body import Profile
from sayso_storage.memory.store import MemoryStore
from sayso_storage.sqlite import open_store

from ..support import Person


@pytest.fixture(params=["memory", "sqlite"])
def person(request: pytest.FixtureRequest, tmp_path: Path) -> Person:
    memory = request.param == "memory"
    return Person("robin", MemoryStore(bytes(16)) if memory else open_store(tmp_path / "s.sqlite"))


def test_a_petname_comes_before_the_profile(person: Person) -> None:
    other = Person("anna")
    person.store.follow(other.account, None, 1)
    person.store.add_grant(other.grant)
    person.store.append([other.publish([Profile(name="The Queen")])], 2**41)
    assert Names(person.store).of(other.account).shown == "The Queen"
    person.store.follow(other.account, "Annie", 1)
    assert Names(person.store).of(other.account).shown == "Annie"
    assert Names(person.store).of(bytes(32)).shown is None
