"""AutoNAT: the bytes of the specification, what is dialled for whom, and what is believed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.discovery.autonat.dial_allowance import DialAllowance
from sayso_protocol.discovery.autonat.dial_verdicts import DialVerdicts
from sayso_protocol.discovery.autonat.limits import (
    AGAIN_MS,
    AVOID_MS,
    DIALS_A_MINUTE,
    DIALS_A_PEER,
    FRESH_MS,
    MAX_ADDRESSES,
    MAX_ASKERS,
    MAX_AVOIDED,
    MAX_SUBJECTS,
    PAUSE_MS,
    PRICE,
)
from sayso_protocol.discovery.autonat.messages import (
    DataRequest,
    DialRequest,
    DialResponse,
    DialStatus,
    ResponseStatus,
    decode_answer,
    decode_back,
    decode_data,
    decode_request,
    dialable,
    encode_back,
    encode_data,
    encode_data_request,
    encode_request,
    encode_response,
)
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.errors import Refused
from sayso_protocol.protobuf import encode

OPEN = Address.parse("/ip4/45.45.45.1/tcp/4001")
OPEN6 = Address.parse("/ip6/2a00:1450::1/tcp/4001")
nonces = st.integers(0, 2**64 - 1)


# --- the wire --------------------------------------------------------------------------------


def test_messages_have_the_bytes_of_the_specification() -> None:
    # libp2p/specs, autonat/autonat-v2.md: Message{dialRequest=1{addrs=1, nonce=2 fixed64},
    # dialResponse=2{status=1, addrIdx=2, dialStatus=3}, dialDataRequest=3{addrIdx=1, numBytes=2},
    # dialDataResponse=4{data=1}}, DialBack{nonce=1 fixed64}.
    address = bytes.fromhex("042d2d2d01060fa1")
    assert encode_request([OPEN], 1) == (
        bytes.fromhex("0a13") + b"\x0a\x08" + address + bytes.fromhex("11" "0100000000000000")
    )  # fmt: skip
    assert encode_response(DialResponse(200, 0, 100)) == bytes.fromhex("120708c80110001864")
    assert encode_data_request(DataRequest(0, 30_000)) == bytes.fromhex("1a06080010b0ea01")
    assert encode_data(3) == bytes.fromhex("2205" "0a03" "000000")  # fmt: skip
    assert encode_back(2) == bytes.fromhex("09" "0200000000000000")  # fmt: skip


@given(st.lists(st.sampled_from([OPEN, OPEN6]), max_size=12), nonces)
def test_requests_are_read_and_long_lists_cut(addresses, nonce) -> None:
    request = decode_request(encode_request(addresses, nonce))
    packed = tuple(one.to_bytes() for one in addresses[:MAX_ADDRESSES])
    assert request == DialRequest(packed, nonce)
    assert decode_back(encode_back(nonce)) == nonce


@given(
    st.sampled_from([*ResponseStatus, 7]), st.integers(0, 2**32), st.sampled_from([*DialStatus, 7])
)
def test_answers_are_read(status, index, dial) -> None:
    response = DialResponse(int(status), index, int(dial))
    assert decode_answer(encode_response(response)) == response


@pytest.mark.parametrize("size", [PRICE[1] + 1, 10**9, 2**63])
def test_a_server_cannot_ask_for_more_than_the_specification(size: int) -> None:
    assert decode_answer(encode_data_request(DataRequest(0, PRICE[1]))) == DataRequest(0, PRICE[1])
    with pytest.raises(Refused):
        decode_answer(encode_data_request(DataRequest(0, size)))


@given(st.binary(max_size=100))
def test_no_bytes_break_the_readers(data: bytes) -> None:
    for decode in (decode_request, decode_answer, decode_back, lambda one: decode_data(one, 4096)):
        for one in (data, encode((1, data)), encode((2, data)), encode((3, data))):
            try:
                decode(one)
            except Refused:
                pass


def test_payments_of_a_few_bytes_are_refused_but_for_the_last() -> None:
    assert decode_data(encode_data(4096), 30_000) == 4096
    assert decode_data(encode_data(100), 30_000) == 100
    assert decode_data(encode_data(3), 3) == 3
    for size in (0, 1, 99):
        with pytest.raises(Refused):
            decode_data(encode_data(size), 30_000)


# --- whom a server dials ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "/ip4/192.168.1.2/tcp/4001",
        "/ip4/127.0.0.1/tcp/4001",
        "/ip4/100.64.0.1/tcp/4001",
        "/ip4/169.254.169.254/tcp/80",
        "/ip4/0.0.0.0/tcp/4001",
        "/ip4/224.0.0.1/tcp/4001",
        "/ip4/255.255.255.255/tcp/4001",
        "/ip4/45.45.45.1/tcp/0",
        "/ip6/::1/tcp/4001",
        "/ip6/fe80::1/tcp/4001",
        "/ip6/fd00::1/tcp/4001",
        "/ip6/::ffff:192.168.1.2/tcp/4001",
        "/dns4/victim.example.org/tcp/443",
        "/dns/localhost/tcp/4001",
        "/ip4/45.45.45.1/tcp/1/p2p/12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5/p2p-circuit",
    ],
)
def test_only_public_ip_addresses_are_dialled_for_strangers(text: str) -> None:
    packed = Address.parse(text).to_bytes()
    assert dialable(DialRequest((packed,), 1)) is None
    assert dialable(DialRequest((packed, OPEN.to_bytes()), 1)) == (1, OPEN)


def test_addresses_of_other_transports_are_passed_over() -> None:
    quic = bytes.fromhex("042d2d2d0191020fa1cd03")
    assert dialable(DialRequest((quic, b"", b"\xff" * 600, OPEN6.to_bytes()), 1)) == (3, OPEN6)
    assert dialable(DialRequest((), 1)) is None


def test_a_peer_a_network_and_all_together_have_so_many_dials_a_minute() -> None:
    allowance = DialAllowance()
    assert [allowance.spend(("ann", "net"), 0) for _ in range(DIALS_A_PEER + 1)].count(True) == 12
    assert not allowance.spend(("ben", "net"), 0), "another identity of the same network"
    assert not allowance.spend(("ann", "other"), 0), "the same identity elsewhere"
    given = sum(allowance.spend((f"p{n}", f"n{n}"), 0) for n in range(200))
    assert given == DIALS_A_MINUTE - DIALS_A_PEER
    assert not allowance.spend(("cleo", "far"), 0)
    assert allowance.spend(("ann", "net"), 60_000)


def test_what_is_refused_costs_nobody_anything() -> None:
    allowance = DialAllowance()
    for _ in range(DIALS_A_PEER):
        allowance.spend(("ann", "net"), 0)
    for n in range(500):
        assert not allowance.spend((f"p{n}", "net"), 0)
    assert allowance.spend(("p0", "another"), 0)


def test_identities_without_end_take_no_memory_without_end() -> None:
    allowance = DialAllowance()
    for n in range(20 * MAX_ASKERS):
        allowance.spend((f"p{n}",), n)
    assert len(allowance._each) <= MAX_ASKERS


# --- what a client believes ------------------------------------------------------------------

SERVERS = {f"p{n}": f"45.{n}.0.9" for n in range(46, 56)}


class Survey:
    """Verdicts on some addresses; each server says what a test lets it say."""

    def __init__(self, *addresses: Address) -> None:
        self.verdicts = DialVerdicts()
        self.verdicts.set_subjects(addresses)
        self.now = 0.0

    def ask(self, answers, servers=SERVERS) -> list[str]:
        """Ask all there is to ask; whom that was."""
        asked = []
        while (question := self.verdicts.next(servers, self.now)) is not None:
            asked.append(question.peer_id)
            answer = answers(question.peer_id)
            if answer is None:
                self.verdicts.refused(question, self.now)
            else:
                self.verdicts.judged(question, reached=answer, now_ms=self.now)
            self.now += PAUSE_MS
        return asked


def test_three_networks_are_asked_and_no_more() -> None:
    survey = Survey(OPEN)
    assert survey.verdicts.reached(OPEN) is None
    assert len(survey.ask(lambda _: True)) == 3
    assert survey.verdicts.reached(OPEN) is True
    survey.now = AGAIN_MS + 1
    assert len(survey.ask(lambda _: True)) == 3


@given(st.lists(st.booleans(), min_size=3, max_size=3))
def test_the_majority_of_three_networks_decides(answers) -> None:
    survey = Survey(OPEN)
    left = list(answers)
    survey.ask(lambda _: left.pop())
    assert survey.verdicts.reached(OPEN) is (sum(answers) >= 2)


def test_many_peers_of_one_network_have_one_voice() -> None:
    servers = {f"liar{n}": f"45.46.{n}.1" for n in range(50)}
    survey = Survey(OPEN)
    assert len(survey.ask(lambda _: False, servers)) == 1
    assert survey.verdicts.reached(OPEN) is False
    survey.ask(lambda _: True, servers | SERVERS)
    assert survey.verdicts.reached(OPEN) is True


def test_one_liar_is_outvoted_whatever_the_order() -> None:
    for liar in list(SERVERS)[:3]:
        survey = Survey(OPEN)
        survey.ask(lambda peer, liar=liar: peer != liar)
        assert survey.verdicts.reached(OPEN) is True


def test_a_change_is_noticed_within_the_time_that_a_verdict_counts() -> None:
    survey = Survey(OPEN)
    survey.ask(lambda _: True)
    while survey.verdicts.reached(OPEN):
        assert survey.now < AGAIN_MS + 10 * PAUSE_MS
        survey.now += PAUSE_MS
        survey.ask(lambda _: False)
    assert survey.verdicts.reached(OPEN) is False


def test_what_is_old_is_outlived_by_one_new_verdict() -> None:
    survey = Survey(OPEN)
    survey.ask(lambda _: True)
    survey.now += FRESH_MS
    survey.ask(lambda _: False, {"p46": "45.46.0.9"})
    assert survey.verdicts.reached(OPEN) is False


def test_who_does_not_answer_is_left_alone_and_says_nothing() -> None:
    survey = Survey(OPEN)
    assert survey.ask(lambda _: None) == list(SERVERS)
    assert survey.verdicts.reached(OPEN) is None
    assert survey.ask(lambda _: True) == []
    survey.now += AVOID_MS
    assert len(survey.ask(lambda _: True)) == 3


def test_peers_without_end_that_do_not_answer_take_no_memory_and_no_time_without_end() -> None:
    survey = Survey(OPEN)
    for n in range(3 * MAX_AVOIDED):
        assert survey.ask(lambda _: None, {f"liar{n}": "45.46.0.9"}) == [f"liar{n}"]
        assert survey.ask(lambda _: None, {f"liar{n}": "45.46.0.9"}) == []
    assert len(survey.verdicts._avoided) <= MAX_AVOIDED


@pytest.mark.parametrize(
    "host",
    ["192.168.1.7", "127.0.0.1", "100.64.0.9", "fe80::1", "45.45.45.1", "2a00:1450:9::1"],
)
def test_neither_neighbours_nor_other_families_can_judge(host: str) -> None:
    assert Survey(OPEN).ask(lambda _: True, {"p": host}) == []


def test_each_address_is_judged_by_its_own_family() -> None:
    survey = Survey(OPEN6, OPEN)
    servers = SERVERS | {f"six{n}": f"2a00:{n}::9" for n in range(20, 24)}
    asked = survey.ask(lambda peer: peer.startswith("six"), servers)
    assert sum(peer.startswith("six") for peer in asked) == 3
    assert survey.verdicts.reached(OPEN6) is True
    assert survey.verdicts.reached(OPEN) is False


def test_only_public_addresses_are_asked_about_and_only_so_many() -> None:
    private = [Address.parse(f"/ip4/10.0.0.{n}/tcp/1") for n in range(9)]
    public = [replace(OPEN, port=port) for port in range(1, 20)]
    verdicts = DialVerdicts()
    verdicts.set_subjects([*private, *public, *public])
    assert verdicts.subjects == tuple(public[:MAX_SUBJECTS])


def test_an_address_that_is_gone_is_forgotten() -> None:
    survey = Survey(OPEN)
    survey.ask(lambda _: True)
    survey.verdicts.set_subjects([])
    assert survey.verdicts.reached(OPEN) is None
    survey.verdicts.set_subjects([OPEN])
    assert survey.verdicts.reached(OPEN) is None
    assert len(survey.ask(lambda _: True)) == 3
