"""PCP and NAT-PMP: the bytes of the RFCs, and whatever else may come."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.discovery.port_mapping import nat_pmp, pcp
from sayso_protocol.discovery.port_mapping.outcome import (
    MappingFailure,
    Method,
    Outside,
    PortMappingError,
    check_outside,
    outside_of,
)

NONCE = bytes(range(12))
MAPPED = bytes.fromhex("00000000000000000000ffff")
ports = st.integers(1, 65535)
seconds = st.integers(0, 2**32 - 1)


def pcp_answer(
    *, version=2, operation=0x81, result=0, lifetime=7200, epoch=99, nonce=NONCE,
    protocol=6, port=4001, external=4001, host=bytes((45, 45, 45, 1)),
) -> bytes:  # fmt: skip
    head = struct.pack("!BBBBII12x", version, operation, 0, result, lifetime, epoch)
    return head + nonce + struct.pack("!B3xHH", protocol, port, external) + MAPPED + host


def test_a_request_of_pcp_has_the_bytes_of_the_rfc() -> None:
    # RFC 6887, figures 2 and 9: version, opcode, reserved, lifetime, client; nonce, protocol,
    # reserved, internal port, suggested port, suggested address.
    assert pcp.encode_map("192.168.9.2", NONCE, 4001, 4002, 7200) == bytes.fromhex(
        "02010000" "00001c20" "00000000000000000000ffffc0a80902"
        "000102030405060708090a0b" "06000000" "0fa1" "0fa2" "00000000000000000000ffff00000000"
    )  # fmt: skip
    announce = pcp.encode_announce("fe80::1")
    assert announce == bytes.fromhex("0200000000000000fe800000000000000000000000000001")


def test_requests_of_nat_pmp_have_the_bytes_of_the_rfc() -> None:
    # RFC 6886, sections 3.2 to 3.4.
    assert nat_pmp.encode_address() == bytes.fromhex("0000")
    assert nat_pmp.encode_map(4001, 4002, 7200) == bytes.fromhex("000200000fa10fa200001c20")
    assert nat_pmp.encode_map(4001, 4002, 0) == bytes.fromhex("000200000fa1000000000000")


@given(ports, ports, seconds, seconds, st.ip_addresses(v=4))
def test_pcp_answers_are_read(port, external, lifetime, epoch, host) -> None:
    answer = pcp_answer(
        port=port, external=external, lifetime=lifetime, epoch=epoch, host=host.packed
    )
    mapping = pcp.decode_map(answer, NONCE, port).mapping("192.168.9.1", port)
    assert (mapping.method, mapping.external_host) == (Method.PCP, str(host))
    assert (mapping.external_port, mapping.lifetime_s, mapping.epoch_s) == (
        external,
        lifetime,
        epoch,
    )
    assert mapping.multiaddr == f"/ip4/{host}/tcp/{external}"


@pytest.mark.parametrize(
    ("changed", "failure"),
    [
        ({"nonce": bytes(12)}, MappingFailure.BROKEN),
        ({"port": 4002}, MappingFailure.BROKEN),
        ({"protocol": 17}, MappingFailure.BROKEN),
        ({"external": 0}, MappingFailure.BROKEN),
        ({"operation": 0x82}, MappingFailure.BROKEN),
        ({"version": 0, "result": 1}, MappingFailure.ABSENT),
        ({"result": 1}, MappingFailure.ABSENT),
        ({"result": 2}, MappingFailure.REFUSED),
        ({"result": 8}, MappingFailure.NO_OUTSIDE),
        ({"result": 10}, MappingFailure.NO_ROOM),
        ({"result": 11}, MappingFailure.CONFLICT),
        ({"result": 12}, MappingFailure.NO_OUTSIDE),
        ({"result": 200}, MappingFailure.BROKEN),
    ],
)
def test_pcp_says_why_there_is_no_mapping(changed, failure) -> None:
    with pytest.raises(PortMappingError, match="PCP") as caught:
        pcp.decode_map(pcp_answer(**changed), NONCE, 4001)
    assert caught.value.failure is failure


@pytest.mark.parametrize("size", range(4, 60))
def test_an_answer_that_is_cut_off_anywhere_is_refused(size: int) -> None:
    with pytest.raises(PortMappingError):
        pcp.decode_map(pcp_answer()[:size], NONCE, 4001)


@given(st.binary(max_size=80))
def test_no_bytes_break_the_readers(data: bytes) -> None:
    for is_answer, decode in (
        (pcp.is_answer, lambda: pcp.decode_map(data, NONCE, 4001)),
        (pcp.is_answer, lambda: pcp.decode_announce(data)),
        (nat_pmp.is_address_answer, lambda: nat_pmp.decode_address(data)),
        (lambda one: nat_pmp.is_map_answer(one, 4001), lambda: nat_pmp.decode_map(data, 4001)),
    ):
        if is_answer(data):
            try:
                decode()
            except PortMappingError as error:
                assert str(error)


@given(ports, ports, seconds, seconds)
def test_nat_pmp_answers_are_read(port, external, lifetime, epoch) -> None:
    answer = struct.pack("!BBHIHHI", 0, 130, 0, epoch, port, external, lifetime)
    assert nat_pmp.is_map_answer(answer, port)
    found = nat_pmp.decode_map(answer, port)
    assert (found.external_port, found.lifetime_s, found.epoch_s) == (external, lifetime, epoch)
    address = struct.pack("!BBHI4s", 0, 128, 0, epoch, bytes((45, 45, 45, 1)))
    assert nat_pmp.decode_address(address) == nat_pmp.NatPmpAddress("45.45.45.1", epoch)


@pytest.mark.parametrize(
    ("result", "failure"),
    [
        (1, MappingFailure.ABSENT),
        (2, MappingFailure.REFUSED),
        (3, MappingFailure.NO_OUTSIDE),
        (4, MappingFailure.NO_ROOM),
        (5, MappingFailure.ABSENT),
        (77, MappingFailure.BROKEN),
    ],
)
def test_nat_pmp_says_why_there_is_no_mapping(result: int, failure: MappingFailure) -> None:
    for data in (struct.pack("!BBHI", 0, 130, result, 9), bytes((0, 130, 0, result)) + bytes(12)):
        assert nat_pmp.is_map_answer(data, 4001)
        with pytest.raises(PortMappingError) as caught:
            nat_pmp.decode_map(data, 4001)
        assert caught.value.failure is failure


def test_an_answer_to_another_port_is_not_ours() -> None:
    answer = struct.pack("!BBHIHHI", 0, 130, 0, 9, 4002, 4002, 7200)
    assert not nat_pmp.is_map_answer(answer, 4001)


@pytest.mark.parametrize(
    ("host", "outside"),
    [
        ("45.45.45.1", Outside.INTERNET),
        ("2a00:1450::1", Outside.INTERNET),
        ("::ffff:45.45.45.1", Outside.INTERNET),
        ("192.168.1.2", Outside.ROUTER),
        ("10.0.0.9", Outside.ROUTER),
        ("172.31.0.1", Outside.ROUTER),
        ("127.0.0.1", Outside.ROUTER),
        ("169.254.7.7", Outside.ROUTER),
        ("203.0.113.5", Outside.ROUTER),
        ("224.0.0.1", Outside.ROUTER),
        ("fd00::1", Outside.ROUTER),
        ("::ffff:10.0.0.1", Outside.ROUTER),
        ("100.64.0.1", Outside.CARRIER),
        ("100.127.255.254", Outside.CARRIER),
        ("::ffff:100.100.0.1", Outside.CARRIER),
        ("100.128.0.1", Outside.INTERNET),
        ("100.63.255.255", Outside.INTERNET),
    ],
)
def test_what_lies_beyond_a_router_shows_in_its_outer_address(host, outside) -> None:
    assert outside_of(host) is outside
    if outside is Outside.INTERNET:
        check_outside(host, "PCP")
        return
    with pytest.raises(PortMappingError) as caught:
        check_outside(host, "PCP")
    assert (caught.value.failure, caught.value.outside) == (MappingFailure.NO_OUTSIDE, outside)


@pytest.mark.parametrize("host", ["0.0.0.0", "", "no address", "45.45.45", "::"])
def test_a_router_without_an_outer_address_says_nothing_of_what_lies_beyond(host: str) -> None:
    with pytest.raises(PortMappingError) as caught:
        check_outside(host, "UPnP")
    assert caught.value.outside is None
