"""Chains of successors: followed for a while, but one account is one however long they are."""

from itertools import pairwise

import pytest

from sayso_protocol.accounts.statement import sign_grant, sign_rotate
from sayso_protocol.crypto.hashing import next_key_hash
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.errors import CircularRotation
from sayso_protocol.limits import MAX_ROTATIONS
from sayso_storage.interface.store import Store
from sayso_storage.validation.statement_rules import chain, chains, family

from ..makers import NOW_MS, author

LONG = [bytes([n]) * 32 for n in range(2 * MAX_ROTATIONS)]
SUCCESSORS = dict(pairwise(LONG))
OTHER, JOINING = b"o" * 32, b"j" * 32


@pytest.mark.parametrize("start", [0, 5, MAX_ROTATIONS - 1, MAX_ROTATIONS, len(LONG) - 1])
def test_a_chain_is_followed_up_to_its_limit(start: int) -> None:
    assert chain(LONG[start], SUCCESSORS) == LONG[start:][: MAX_ROTATIONS + 1]
    assert chain(LONG[start], SUCCESSORS, most=1) == LONG[start:][:2]
    assert chain(LONG[start], SUCCESSORS, most=None) == LONG[start:]


def test_several_chains_name_each_account_once() -> None:
    assert chains([LONG[-3], OTHER, LONG[-2]], SUCCESSORS) == [*LONG[-3:-1], LONG[-1], OTHER]


@pytest.mark.parametrize("member", [LONG[0], LONG[7], LONG[-1], JOINING])
def test_a_family_is_all_that_lead_to_one_account(member: bytes) -> None:
    found = family(member, SUCCESSORS | {JOINING: LONG[-2]})
    assert found[0] == LONG[-1]
    assert sorted(found) == sorted([*LONG, JOINING])


def test_an_account_that_nobody_followed_is_a_family_of_its_own() -> None:
    assert family(OTHER, SUCCESSORS) == [OTHER]


def test_a_circle_of_any_length_is_found(store: Store) -> None:
    """It may be longer than chains are followed to carry accounts."""
    length = MAX_ROTATIONS + 3
    ring = [KeyPair.from_seed(bytes([40 + n]) * 32) for n in range(length)]
    pairs = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    for number, (account, heir) in enumerate(pairs):
        store.follow(account.public, None, NOW_MS)
        promise = next_key_hash(heir.public)
        store.add_grant(sign_grant(account, author(200 + number).feed, promise))
    rotations = [sign_rotate(heir, account.public, []) for account, heir in pairs]
    *kept, last = sorted(rotations, key=lambda one: one.rank)
    assert store.add_statements(kept, NOW_MS) == [True] * (length - 1)
    (outcome,) = store.add_statements([last], NOW_MS)
    assert isinstance(outcome, CircularRotation)
    assert store.successor(last.account) is None
