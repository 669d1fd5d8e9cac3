"""Announcements: signed once, sealed for each day, and readable to those alone who know whose."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples
from tests.vectors.cases import flipped

from sayso_protocol.codec import decode, encode
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.kademlia.kademlia_limits import ANNOUNCEMENT_SIZES
from sayso_protocol.discovery.kademlia.keyspace import is_record_key
from sayso_protocol.discovery.location.announcement import (
    DOMAIN,
    MAX_SIGNED,
    days_read,
    days_written,
    read_announcement,
    record_key,
    seal,
    sign_announcement,
    unseal,
)
from sayso_protocol.discovery.location.announcement_limits import (
    DAY_MS,
    MAX_AGE_MS,
    MAX_AHEAD_MS,
    MAX_PLACES_NAMED,
)
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.errors import (
    BadShape,
    BadSignature,
    NotGranted,
    Refused,
    TooLarge,
    UnknownVersion,
)

from .support import ANN, AT, BEN, key, node_id

DAY = AT // DAY_MS

addresses = st.lists(
    st.builds(
        lambda kind, host, port: Address(kind, str(host), port),
        st.just("ip4"),
        st.ip_addresses(v=4),
        st.integers(1, 65535),
    )
    | st.builds(
        lambda host, port: Address("ip6", str(host), port), st.ip_addresses(v=6), st.just(9)
    )
    | st.builds(lambda n: Address("dns4", "x" * n, 4001), st.integers(1, 200)),
    max_size=12,
    unique=True,
)


@given(addresses, addresses, st.integers(0, 2**40), st.integers(0, 30_000))
@examples(60)
def test_what_is_signed_and_sealed_is_read(own, hubs, time_ms: int, day: int) -> None:
    hubs = [Address(one.protocol, one.host, one.port, node_id(7)) for one in hubs]
    said = sign_announcement(ANN.feed, ANN.grant, node_id(1), time_ms, own, hubs)
    assert read_announcement(said.wire, ANN.account) == said
    assert said.addresses == tuple(own[: len(said.addresses)])
    assert said.hubs == tuple(hubs[: len(said.hubs)])
    assert len(said.addresses) <= MAX_PLACES_NAMED
    assert len(said.wire) <= MAX_SIGNED
    sealed = seal(said, day)
    assert len(sealed) in ANNOUNCEMENT_SIZES
    assert unseal(sealed, ANN.account, day) == said
    assert seal(unseal(sealed, ANN.account, day), day) == sealed


def test_whoever_seals_it_gives_the_same_bytes_and_each_day_others() -> None:
    said = ANN.says()
    follower = read_announcement(said.wire, ANN.account)
    assert seal(follower, DAY) == seal(said, DAY)
    days = [seal(said, DAY + n) for n in range(5)]
    assert len(set(days)) == len({one[:24] for one in days}) == 5


@pytest.mark.parametrize("other", [(BEN.account, DAY), (ANN.account, DAY + 1), (ANN.account, 0)])
def test_others_and_other_days_cannot_open_it(other: tuple[bytes, int]) -> None:
    with pytest.raises(BadShape):
        unseal(seal(ANN.says(), DAY), *other)


def test_no_flipped_bit_opens() -> None:
    sealed = seal(ANN.says(), DAY)
    for bit in range(0, 8 * len(sealed), 5):
        with pytest.raises(BadShape):
            unseal(flipped(sealed, bit), ANN.account, DAY)


def test_its_size_says_little() -> None:
    sizes = [len(seal(ANN.says(addresses=n), DAY)) for n in range(MAX_PLACES_NAMED + 1)]
    assert sizes == [512] * 7 + [1024] * 2


def _said(**changes: object) -> list[object]:
    fields = {
        "version": 1,
        "kind": "reach",
        "account": ANN.account,
        "peer": b"\x00\x24\x08\x01\x12\x20" + bytes(32),
        "time": AT,
        "addresses": [],
        "hubs": [],
    }
    return list((fields | changes).values())


def _wire(said: object, feed: KeyPair = ANN.feed, grant: bytes = ANN.grant.wire) -> bytes:
    data = encode(said)  # type: ignore[arg-type]
    return encode([data, feed.sign(DOMAIN, data), grant])


def test_it_is_what_a_second_writer_makes_by_hand() -> None:
    said = read_announcement(_wire(_said()), ANN.account)
    assert (said.account, said.time_ms, said.addresses) == (ANN.account, AT, ())


ADDRESS = Address("ip4", "5.6.7.8", 4001).to_bytes()


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (_said(version=2), UnknownVersion),
        (_said(version=True), UnknownVersion),
        (_said(kind="grant"), BadShape),
        (_said(account=BEN.account), NotGranted),
        (_said(peer=b""), BadShape),
        (_said(peer="text"), BadShape),
        (_said(peer=bytes(38)), BadShape),
        (_said(time=-1), BadShape),
        (_said(time=2**60), BadShape),
        (_said(time=True), BadShape),
        (_said(addresses=[ADDRESS] * 9), BadShape),
        (_said(addresses=[bytes(257)]), BadShape),
        (_said(addresses=[7]), BadShape),
        (_said(addresses=None), BadShape),
        (_said(hubs=[ADDRESS] * 9), BadShape),
        (_said()[:-1], BadShape),
        ([*_said(), 1], BadShape),
        ([], BadShape),
        ("text", BadShape),
    ],
)
def test_what_breaks_a_rule_is_refused(said: object, error: type[Refused]) -> None:
    with pytest.raises(error):
        read_announcement(_wire(said), ANN.account)


def _other_domain() -> bytes:
    data = encode(_said())  # type: ignore[arg-type]
    return encode([data, ANN.feed.sign(b"sayso/1/entry\0", data), ANN.grant.wire])


@pytest.mark.parametrize(
    ("wire", "error"),
    [
        (lambda: _wire(_said(), feed=BEN.feed), BadSignature),
        (_other_domain, BadSignature),
        (lambda: _wire(_said(), grant=BEN.grant.wire), NotGranted),
        (lambda: _wire(_said(), grant=b"none"), Refused),
        (lambda: encode([b"", b""]), BadShape),
        (lambda: encode([b"", b"", 1]), BadShape),
        (lambda: encode([encode([]), bytes(63), ANN.grant.wire]), BadShape),
        (lambda: bytes(MAX_SIGNED + 1), TooLarge),
        (lambda: b"", Refused),
    ],
)
def test_a_wrong_envelope_is_refused(wire: Callable[[], bytes], error: type[Refused]) -> None:
    with pytest.raises(error):
        read_announcement(wire(), ANN.account)


def test_an_address_of_another_transport_is_passed_over() -> None:
    quic = bytes.fromhex("04 05060708 9102 0fa1 cd03".replace(" ", ""))
    said = read_announcement(_wire(_said(addresses=[quic, ADDRESS])), ANN.account)
    assert said.addresses == (Address("ip4", "5.6.7.8", 4001),)


def test_a_hub_has_to_say_who_it_is() -> None:
    said = read_announcement(_wire(_said(hubs=[ADDRESS])), ANN.account)
    assert said.hubs == ()


def test_another_feed_signs_nothing_with_this_grant() -> None:
    with pytest.raises(NotGranted):
        sign_announcement(key(99), ANN.grant, node_id(1), AT, [])


@pytest.mark.parametrize(
    ("padding", "nonce"), [(b"\1", None), (b"", b"n" * 24)], ids=["padding", "nonce"]
)
def test_what_is_not_sealed_as_everybody_seals_it_is_refused(padding, nonce) -> None:
    """Else one announcement could lie there in as many forms as a liar likes."""
    from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt

    from sayso_protocol.crypto.hashing import location_nonce, location_secret

    signed = ANN.says().wire
    plain = (len(signed).to_bytes(2, "big") + signed + padding).ljust(512 - 40, b"\0")
    nonce = nonce or location_nonce(ANN.account, DAY, signed)
    name, secret = record_key(ANN.account, DAY), location_secret(ANN.account, DAY)
    sealed = nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(plain, name, nonce, secret)
    with pytest.raises(BadShape):
        unseal(sealed, ANN.account, DAY)


@given(st.sampled_from(ANNOUNCEMENT_SIZES), st.binary(max_size=64))
def test_noise_is_refused(size: int, data: bytes) -> None:
    with pytest.raises(BadShape):
        unseal(data.ljust(size, b"\7"), ANN.account, DAY)


# --- days -------------------------------------------------------------------------------


@pytest.mark.parametrize("day", [0, 1, 19_000, 40_000])
def test_readers_ask_for_two_days_and_writers_for_tomorrow_from_noon(day: int) -> None:
    midnight, noon = day * DAY_MS, day * DAY_MS + DAY_MS // 2
    assert days_read(midnight) == days_read(midnight + DAY_MS - 1) == (day, day - 1)
    assert days_written(midnight) == days_written(noon - 1) == (day,)
    assert days_written(noon) == days_written(midnight + DAY_MS - 1) == (day, day + 1)


def test_a_key_is_one_that_places_take_and_tells_nothing() -> None:
    keys = {record_key(one.account, DAY + n) for one in (ANN, BEN) for n in range(5)}
    assert len(keys) == 10
    assert all(map(is_record_key, keys))


@pytest.mark.parametrize(
    ("age_ms", "believed"),
    [(0, True), (MAX_AGE_MS, True), (MAX_AGE_MS + 1, False), (-MAX_AHEAD_MS, True),
     (-MAX_AHEAD_MS - 1, False)],
)  # fmt: skip
def test_how_old_it_may_be(age_ms: int, believed: bool) -> None:
    assert ANN.says(AT).is_believable(AT + age_ms) is believed


def test_the_canonical_form_alone_is_read() -> None:
    said, signature, grant = decode(ANN.says().wire)  # type: ignore[misc]
    loose = b"\x93" + b"\xc5" + len(said).to_bytes(2, "big") + said
    loose += encode(signature) + encode(grant)
    with pytest.raises(Refused):
        read_announcement(loose + b"", ANN.account)
