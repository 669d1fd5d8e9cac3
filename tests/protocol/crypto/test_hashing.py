"""Hashes: frozen, and never the same for two uses."""

from hashlib import blake2b

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.crypto import hashing
from sayso_protocol.crypto.hashing import (
    HASH_SIZE,
    INTEREST_SIZE,
    TOKEN_SIZE,
    account_seed,
    blinded,
    body_hash,
    body_hashes,
    enrolment_hash,
    entry_id,
    invite_check,
    location,
    location_nonce,
    location_secret,
    next_key_hash,
    toggled,
)

from ..strategies import hashes

KEY = bytes(range(32))

FROZEN = {
    "entry id": (
        entry_id(b"header", bytes(64)),
        "2626c3ec2cfbfe08c237275c80149af14ef83b0b0331e833d6323e36459319c5",
    ),
    "body": (
        body_hash(b"body"),
        "d416cdf8a2da75deaf7a5b0122bea6138b4d02935a8b51360c1c6a9e2a16d4d3",
    ),
    "next key": (
        next_key_hash(KEY),
        "43fc5ae9708840b04cdd8ecba122f5de2874edc45843dec3b38da0fe6e06e756",
    ),
    "first account seed": (
        account_seed(bytes(64), 0),
        "2374bf8bd1b0996fa2da857358ca10b0a06ccf9f24884a047ca610b08c750183",
    ),
    "second account seed": (
        account_seed(bytes(64), 1),
        "1d3562911bf61157fecf3641bc01a48f578cb07d02cf2f9a6c5309e10bd63bf9",
    ),
    "enrolment": (
        enrolment_hash(b"enrolment"),
        "be7396454d9b8def6dcc6d549ea2fab4858e2101508e53fdeecb120d73f76bfd",
    ),
    "invite": (
        invite_check(b"invite"),
        "e59b03a9dd30b10d5613dbfedf3d66c39263303b4748ca5a994b0d351176327c",
    ),
    "location": (
        location(KEY, 20000),
        "123f2e143022a89a1c536114e14d480132f96f33e7d901488892dd172fd49fc1",
    ),
    "location secret": (
        location_secret(KEY, 20000),
        "1f650846a9fd4905683a04a2ef678f9f63bc93ba385183782256c4bbb314bc8d",
    ),
    "location nonce": (
        location_nonce(KEY, 20000, b"signed"),
        "47cfd2f9e4d5a57a35bdaac68604601a08680865ebcb0ce6",
    ),
    "blinded on day 0": (blinded(KEY, 0), "0cc5112cfa525162"),
    "blinded on day 20000": (blinded(KEY, 20000), "a4e3be5143ebb06c"),
}


@pytest.mark.parametrize("use", FROZEN)
def test_each_hash_is_what_it_always_was(use):
    now, frozen = FROZEN[use]
    assert now.hex() == frozen


def test_each_use_has_a_personalisation_of_its_own_that_fits():
    uses = [value for value in vars(hashing).values() if type(value) is bytes]
    assert len(uses) == len({use.ljust(16, b"\0") for use in uses}) == 12
    assert all(len(use) <= blake2b.PERSON_SIZE for use in uses)


@given(st.binary(max_size=200))
def test_the_same_bytes_hash_differently_for_each_use(data):
    plain = blake2b(data, digest_size=32).digest()
    assert len({entry_id(data, b""), body_hash(data), next_key_hash(data), plain}) == 4


@given(st.binary(max_size=3000), st.binary(max_size=70))
def test_copied_hashes_are_what_fresh_ones_are(data, signature):
    fresh = blake2b(data + signature, digest_size=32, person=b"sayso entry id 1")
    assert entry_id(data, signature) == fresh.digest()
    assert body_hash(data) == blake2b(data, digest_size=32, person=b"sayso body 1").digest()


@given(hashes, st.integers(0, 2**32 - 1))
def test_keyed_uses_differ_from_each_other_under_one_key(key, number):
    assert not account_seed(key, number).startswith(blinded(key, number))


@given(st.binary(max_size=200), st.binary(min_size=64, max_size=64))
def test_an_id_covers_header_and_signature(header, signature):
    name = entry_id(header, signature)
    assert len(name) == HASH_SIZE
    assert name != entry_id(header + b"x", signature)
    assert name != entry_id(header, bytes([signature[0] ^ 1]) + signature[1:])


@given(hashes, hashes, st.integers(0, 2**40), st.integers(0, 2**40))
def test_a_blinded_name_changes_with_the_account_and_with_the_day(one, other, day, later):
    name = blinded(one, day)
    assert len(name) == INTEREST_SIZE
    assert (name == blinded(other, day)) == (one == other)
    assert (name == blinded(one, later)) == (day == later)


def test_seeds_of_one_phrase_all_differ():
    assert len({account_seed(bytes(64), index) for index in range(500)}) == 500


@given(st.lists(hashes, max_size=6, unique=True), hashes, st.randoms())
def test_a_set_of_accounts_has_one_name_in_any_order(accounts, secret, chance):
    def name(members, token=bytes(TOKEN_SIZE)):
        for account in members:
            token = toggled(token, secret, account)
        return token

    shuffled = chance.sample(accounts, len(accounts))
    assert name(accounts) == name(shuffled)
    assert name(shuffled, name(accounts)) == bytes(TOKEN_SIZE)
    assert (name(accounts) == bytes(TOKEN_SIZE)) == (not accounts)


@pytest.mark.parametrize("size", [0, TOKEN_SIZE - 1, TOKEN_SIZE + 1])
def test_a_name_of_another_length_names_no_set(size):
    with pytest.raises(ValueError):
        toggled(bytes(size), bytes(32), bytes(32))


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_many_bodies_have_the_hashes_of_each(bodies):
    assert body_hashes(iter(bodies)) == [body_hash(body) for body in bodies]
