"""Keys and signatures: RFC 8032, and the keys and signatures that must not pass."""

import contextlib
import hashlib
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.bindings import (
    crypto_core_ed25519_add,
    crypto_core_ed25519_scalar_add,
    crypto_core_ed25519_scalar_mul,
    crypto_core_ed25519_scalar_reduce,
    crypto_scalarmult_ed25519_base_noclamp,
    crypto_scalarmult_ed25519_noclamp,
)
from tests.vectors.subjects.points import (
    EIGHTH,
    IDENTITY,
    NOT_CANONICAL,
    SMALL_ORDER,
    L,
    coordinate,
)

from sayso_protocol.accounts import enrolment, envelope
from sayso_protocol.crypto import keys
from sayso_protocol.crypto.keys import MIXED_ORDER, KeyPair, check_key, verify
from sayso_protocol.errors import BadKey, BadSignature
from sayso_protocol.feed import entry

from ..strategies import ACCOUNT, STRANGER, bit_flips, hashes

# RFC 8032, section 7.1: seed, public key, message, signature.
RFC_8032 = {
    "TEST 1": (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        b"",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    "TEST 2": (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        b"\x72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    "TEST 3": (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        b"\xaf\x82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    "TEST SHA(abc)": (
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        hashlib.sha512(b"abc").digest(),
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
        "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
}

NEGATED_TORSION = coordinate(EIGHTH[0], 1)
"""Takes away the part of small order that `MIXED_ORDER` has in its R."""


@pytest.mark.parametrize("name", RFC_8032)
def test_rfc_8032_vectors(name):
    seed, public, message, signature = RFC_8032[name]
    pair = KeyPair.from_seed(bytes.fromhex(seed))
    assert pair.public.hex() == public
    assert pair.sign(b"", message).hex() == signature
    verify(pair.public, b"", message, bytes.fromhex(signature))


@given(hashes, st.binary(max_size=20), st.binary(max_size=100))
def test_a_signature_verifies_for_its_key_domain_and_message_only(seed, domain, message):
    pair = KeyPair.from_seed(seed)
    signature = pair.sign(domain, message)
    verify(pair.public, domain, message, signature)
    other = KeyPair.from_seed(hashlib.sha256(seed).digest()).public
    for key, tag, text in [
        (other, domain, message),
        (pair.public, domain + b"x", message),
        (pair.public, domain, message + b"x"),
    ]:
        with pytest.raises(BadSignature):
            verify(key, tag, text, signature)


DOMAINS = [entry.DOMAIN, envelope.DOMAIN, envelope.FEED_DOMAIN, enrolment.DOMAIN]


def test_a_signature_of_one_domain_fails_in_the_other():
    for made, read in permutations(DOMAINS, 2):
        signature = ACCOUNT.sign(made, b"message")
        verify(ACCOUNT.public, made, b"message", signature)
        with pytest.raises(BadSignature):
            verify(ACCOUNT.public, read, b"message", signature)


def test_no_domain_begins_another_and_each_ends_in_nul():
    for tag in DOMAINS:
        assert tag.startswith(b"sayso/1/")
        assert tag.index(b"\0") == len(tag) - 1


def test_every_bit_of_a_signature_counts():
    for signature in bit_flips(ACCOUNT.sign(b"", b"message")):
        with pytest.raises(BadSignature):
            verify(ACCOUNT.public, b"", b"message", signature)


@given(hashes, st.binary(max_size=40))
def test_a_signature_with_the_order_added_is_refused(seed, message):
    pair = KeyPair.from_seed(seed)
    signature = pair.sign(b"", message)
    s = int.from_bytes(signature[32:], "little")
    for times in range(1, (2**256 - s) // L):
        with pytest.raises(BadSignature):
            verify(pair.public, b"", message, signature[:32] + coordinate(s + times * L))


@pytest.mark.parametrize("length", [0, 1, 31, 63, 65, 128])
def test_signatures_of_another_length_are_refused(length):
    with pytest.raises(BadSignature):
        verify(ACCOUNT.public, b"", b"", ACCOUNT.sign(b"", b"").ljust(128, b"\0")[:length])


@pytest.mark.parametrize("length", [0, 1, 31, 33, 64])
def test_keys_of_another_length_are_refused_before_libsodium_reads_past_them(length):
    key = ACCOUNT.public.ljust(64, b"\0")[:length]
    with pytest.raises(BadSignature):
        verify(key, b"", b"", ACCOUNT.sign(b"", b""))
    with pytest.raises(BadKey):
        check_key(key)


@given(hashes)
def test_keys_of_seeds_are_sound(seed):
    key = KeyPair.from_seed(seed).public
    assert check_key(key) == key


def test_the_small_order_points_are_the_eight_there_are():
    assert len(set(SMALL_ORDER)) == 8
    for point in SMALL_ORDER:
        eightfold = point
        for _ in range(3):
            eightfold = crypto_core_ed25519_add(eightfold, eightfold)
        assert eightfold == IDENTITY


@pytest.mark.parametrize("key", SMALL_ORDER + NOT_CANONICAL, ids=bytes.hex)
def test_small_order_and_non_canonical_keys_are_refused(key):
    with pytest.raises(BadKey):
        check_key(key)
    with pytest.raises(BadSignature):
        # S = 0 and R = identity satisfy the bare equation under a small-order key.
        verify(key, b"", b"message", IDENTITY + bytes(32))


@pytest.mark.parametrize("torsion", SMALL_ORDER[1:], ids=bytes.hex)
def test_mixed_order_keys_are_refused(torsion):
    for pair in (ACCOUNT, STRANGER):
        mixed = crypto_core_ed25519_add(pair.public, torsion)
        assert mixed != pair.public
        with pytest.raises(BadKey):
            check_key(mixed)


def test_verification_alone_would_take_a_mixed_order_key():
    """The control: without `check_key` such a key has signatures that libsodium accepts."""
    secret = bytes([5]) + bytes(31)
    honest = crypto_scalarmult_ed25519_base_noclamp(secret)
    mixed = crypto_core_ed25519_add(honest, SMALL_ORDER[-1])
    nonce = bytes([7]) + bytes(31)
    r = crypto_scalarmult_ed25519_base_noclamp(nonce)
    verdicts = set()
    for number in range(64):
        message = bytes([number])
        digest = hashlib.sha512(r + mixed + message).digest()
        challenge = crypto_core_ed25519_scalar_reduce(digest)
        s = crypto_core_ed25519_scalar_add(nonce, crypto_core_ed25519_scalar_mul(challenge, secret))
        try:
            verify(mixed, b"", message, r + s)
            verdicts.add("accepted")
        except BadSignature:
            verdicts.add("refused")
    assert verdicts == {"accepted", "refused"}


def mixed_signature(message: bytes) -> tuple[bytes, bytes]:
    """A key, and a signature that verifies under it by bytes alone, both with a part of small
    order: one of a few R has the part that the key's gets by the challenge."""
    secret, nonce = (bytes([n]) + bytes(31) for n in (5, 7))
    key = crypto_core_ed25519_add(crypto_scalarmult_ed25519_base_noclamp(secret), SMALL_ORDER[-1])
    honest = crypto_scalarmult_ed25519_base_noclamp(nonce)
    for torsion in SMALL_ORDER[1:]:
        r = crypto_core_ed25519_add(honest, torsion)
        digest = hashlib.sha512(r + key + message).digest()
        challenge = crypto_core_ed25519_scalar_reduce(digest)
        s = crypto_core_ed25519_scalar_add(nonce, crypto_core_ed25519_scalar_mul(challenge, secret))
        if keys._takes(key, message, r + s):
            return key, r + s
    raise AssertionError("another message may do")


def test_where_libsodium_multiplies_by_the_cofactor_a_mixed_r_is_refused(monkeypatch):
    """The control takes it: there the comparison of bytes is all that there is."""
    message = b"1"
    key, signature = mixed_signature(message)
    monkeypatch.setattr(keys, "_MULTIPLIES_BY_COFACTOR", False)
    verify(key, b"", message, signature)
    monkeypatch.setattr(keys, "_MULTIPLIES_BY_COFACTOR", True)
    with pytest.raises(BadSignature):
        verify(key, b"", message, signature)


def test_what_libsodium_does_is_found_out():
    assert keys._takes(ACCOUNT.public, b"message", ACCOUNT.sign(b"", b"message"))
    assert not keys._takes(ACCOUNT.public, b"other", ACCOUNT.sign(b"", b"message"))
    assert keys._takes(*MIXED_ORDER) is keys._MULTIPLIES_BY_COFACTOR


@given(hashes)
def test_a_pair_knows_the_seed_that_it_was_made_from(seed):
    assert KeyPair.from_seed(seed).seed == seed


@given(hashes)
def test_points_off_the_curve_are_refused_and_others_returned(data):
    with contextlib.suppress(BadKey):
        assert check_key(data) == data


def test_a_signature_with_a_part_of_small_order_is_refused():
    """The control shows what it would be for: eight times the equation holds."""
    key, message, signature = MIXED_ORDER
    with pytest.raises(BadSignature):
        verify(key, b"", message, signature)
    with pytest.raises(BadKey):  # what is looked at where libsodium multiplies by the cofactor
        check_key(signature[:32])
    r = crypto_core_ed25519_add(signature[:32], NEGATED_TORSION)
    challenge = hashlib.sha512(signature[:32] + key + message).digest()
    right = crypto_core_ed25519_add(
        r, crypto_scalarmult_ed25519_noclamp(crypto_core_ed25519_scalar_reduce(challenge), key)
    )
    assert right == crypto_scalarmult_ed25519_base_noclamp(signature[32:])


@pytest.mark.parametrize("cofactor", [False, True])
def test_honest_signatures_pass_whatever_libsodium_does(monkeypatch, cofactor):
    monkeypatch.setattr(keys, "_MULTIPLIES_BY_COFACTOR", cofactor)
    verify(ACCOUNT.public, b"", b"message", ACCOUNT.sign(b"", b"message"))


def counted(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The keys whose points are looked at from here on; none is known."""
    found: list[bytes] = []
    is_valid = keys.crypto_core_ed25519_is_valid_point
    monkeypatch.setattr(keys, "_checked", set())
    monkeypatch.setattr(
        keys,
        "crypto_core_ed25519_is_valid_point",
        lambda key: found.append(key) or is_valid(key),
    )
    return found


def test_a_key_is_checked_once_and_one_that_is_none_each_time(monkeypatch):
    looked_at = counted(monkeypatch)
    for _ in range(2):
        assert check_key(ACCOUNT.public) == ACCOUNT.public
        with pytest.raises(BadKey):
            check_key(SMALL_ORDER[1])
    assert looked_at == [ACCOUNT.public, SMALL_ORDER[1], SMALL_ORDER[1]]


def test_a_key_that_was_checked_earlier_is_not_checked_again(monkeypatch):
    looked_at = counted(monkeypatch)
    keys.note_checked(ACCOUNT.public)
    assert check_key(ACCOUNT.public) == ACCOUNT.public
    assert looked_at == []


def test_so_many_keys_are_remembered_and_no_more(monkeypatch):
    looked_at = counted(monkeypatch)
    monkeypatch.setattr(keys, "MOST_CHECKED", 3)
    for seed in range(7):
        check_key(KeyPair.from_seed(bytes([seed]) * 32).public)
        assert len(keys._checked) <= 3
    assert len(looked_at) == 7
