"""Members of groups whose feeds are carried for that, and for as long."""

from __future__ import annotations

from tests.node.support import Person

from sayso_node.clock import now_ms
from sayso_node.messages.carried_members import CarriedMembers
from sayso_protocol.discovery.hub.carried_account import BY_ACCOUNT
from sayso_storage.memory.sealed_records import MemorySealedRecords

BEN, CEM, DAN = (bytes([n]) * 32 for n in (2, 3, 4))


def growing(ann: Person) -> set[bytes]:
    return {one.account for one in ann.store.carried_for_others() if one.grows}


def test_members_are_carried_while_there_is_a_group_in_common() -> None:
    ann, records = Person("ann"), MemorySealedRecords()
    ann.store.follow(CEM, None, now_ms())
    members = CarriedMembers(ann.store, records)
    assert members.keep_up({BEN, CEM}, now_ms())
    assert growing(ann) == {BEN}  # Cem is followed
    assert not members.keep_up({BEN, CEM}, now_ms())
    assert members.keep_up({CEM}, now_ms())
    assert ann.store.carried_for_others() == []


def test_whoever_was_carried_before_stays_so_as_he_was() -> None:
    ann, records = Person("ann"), MemorySealedRecords()
    for account in (BEN, DAN):
        ann.store.carry(account, BY_ACCOUNT, "peer", "", now_ms())
    ann.store.let_grow([DAN], grows=False)
    members = CarriedMembers(ann.store, records)
    members.keep_up({BEN, DAN}, now_ms())
    assert growing(ann) == {BEN, DAN}
    members.keep_up((), now_ms())
    assert growing(ann) == {BEN}
    assert len(ann.store.carried_for_others()) == 2


def test_they_grow_again_after_a_start() -> None:
    ann, records = Person("ann"), MemorySealedRecords()
    CarriedMembers(ann.store, records).keep_up({BEN}, now_ms())
    ann.store.let_grow([BEN], grows=False)  # as a node does that is no hub
    again = CarriedMembers(ann.store, records)
    assert again.keep_up({BEN}, now_ms())
    assert growing(ann) == {BEN}
    ann.store.let_grow([BEN], grows=False)  # as a hub does that has no room
    assert not again.keep_up({BEN}, now_ms())
    assert growing(ann) == set()
