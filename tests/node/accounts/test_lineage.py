"""Accounts under the keys that they were rotated to."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sayso_node.accounts.lineage import line_of, newest_keys, own_accounts
from sayso_protocol.accounts.statement import sign_rotate
from sayso_storage.memory.store import MemoryStore

from ..support import Person


class Asked(MemoryStore):
    """Counts what it is asked about rotations."""

    def __init__(self, epoch: bytes) -> None:
        super().__init__(epoch)
        self.asked: Counter[str] = Counter()

    def successor(self, account: bytes) -> bytes | None:
        self.asked["successor"] += 1
        return super().successor(account)

    def successors(self) -> dict[bytes, bytes]:
        self.asked["successors"] += 1
        return super().successors()


def reader_of(*authors: Person) -> Person:
    reader = Person("reader", Asked(bytes(16)))
    for one in authors:
        reader.follow(one)
        reader.store.add_grant(one.grant)
    return reader


def move(reader: Person, one: Person) -> bytes:
    """Let an account be rotated to the key that it promised."""
    rotate = sign_rotate(one.next_key, one.account, [])
    assert reader.store.add_statements([rotate], 1) == [True]
    return one.next_key.public


def asked(reader: Person) -> dict[str, Any]:
    assert isinstance(reader.store, Asked)
    found, reader.store.asked = reader.store.asked, Counter()
    return dict(found)


def test_the_newest_keys_are_the_last_of_each_line_and_cost_one_question() -> None:
    ann, ben, cat = Person("ann"), Person("ben"), Person("cat")
    reader = reader_of(ann, ben, cat)
    heir = move(reader, ben)
    accounts = [ben.account, cat.account, heir, ann.account]
    lines = [line_of(reader.store, one) for one in accounts]
    assert lines == [[ben.account, heir], [cat.account], [heir], [ann.account]]
    asked(reader)
    assert newest_keys(reader.store, accounts) == [line[-1] for line in lines]
    assert asked(reader) == {"successors": 1}


def test_the_own_accounts_are_found_however_many_are_followed() -> None:
    reader = reader_of(*(Person(f"author {n}") for n in range(20)))
    assert own_accounts(reader.store) == [reader.account]
    assert asked(reader) == {"successors": 1}
    heir = move(reader, reader)
    assert own_accounts(reader.store) == [reader.account, heir]
