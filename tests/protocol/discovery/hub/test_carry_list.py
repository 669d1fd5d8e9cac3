"""Whom a hub carries: the owner's list, the quotas, and what attackers cannot do to either."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples

from sayso_protocol.discovery.hub import carry_messages as codes
from sayso_protocol.discovery.hub.carried_account import BY_ACCOUNT, BY_OWNER, BY_READER
from sayso_protocol.discovery.hub.carry_list import Asker, Carry, CarryList, EndCarriage, LetGrow
from sayso_protocol.discovery.hub.carry_proof import CARRY, END, CarryProof
from sayso_protocol.discovery.hub.hub_limits import DAY_MS, PROOF_VALID_MS
from sayso_protocol.discovery.hub.settings import HubSettings, ListedAccount, Openness, Quota

NOW = 1_800_000_000_000
HUB = "hub"
ANN, BEN, CAT = b"ann", b"ben", b"cat"
NODE = Asker("node", "192.0.2.0/24")
QUOTA = Quota(accounts=4, bytes=8000, account_bytes=3000, peer_accounts=2, network_accounts=3)
OPEN = HubSettings(Openness.EVERYBODY, QUOTA)


def proof(account: bytes, what: str = CARRY, asker: Asker = NODE, **other: object) -> CarryProof:
    made = CarryProof(what, account, account + b" feed", HUB, asker.peer_id, NOW)
    return replace(made, **other)  # type: ignore[arg-type]


def made(settings: HubSettings) -> CarryList:
    found = CarryList(HUB, settings)
    found.choose(settings, NOW)
    return found


def ask(hub: CarryList, account: bytes, asker: Asker = NODE, *, own: bool = False) -> int:
    said = proof(account, asker=asker) if own else None
    return hub.ask(account, asker, said, NOW)[0].code


def sizes(hub: CarryList, **bytes_of: int) -> list[LetGrow]:
    found = [
        replace(one, bytes=bytes_of.get(one.account.decode(), one.bytes)) for one in hub.accounts
    ]
    return [step for step in hub.counted(found) if isinstance(step, LetGrow)]


@pytest.mark.parametrize(
    ("opened", "own", "wanted"),
    [
        (Openness.LISTED, False, codes.NOT_LISTED),
        (Openness.LISTED, True, codes.NOT_LISTED),
        (Openness.ACCOUNTS, False, codes.NOT_OWN),
        (Openness.ACCOUNTS, True, codes.CARRIED),
        (Openness.EVERYBODY, False, codes.CARRIED),
        (Openness.EVERYBODY, True, codes.CARRIED),
    ],
)
def test_who_may_ask_is_the_owners_choice(opened: Openness, own: bool, wanted: int) -> None:
    assert ask(made(HubSettings(opened)), ANN, own=own) == wanted


def test_the_owners_list_is_carried_whatever_the_quota() -> None:
    listed = {ANN: ListedAccount(), BEN: ListedAccount(carry=False), CAT: ListedAccount(bytes=50)}
    hub = CarryList(HUB, HubSettings(quota=Quota(accounts=0, bytes=0), accounts=listed))
    steps = hub.choose(HubSettings(quota=Quota(accounts=0, bytes=0), accounts=listed), NOW)
    assert steps == [Carry(ANN, BY_OWNER), Carry(CAT, BY_OWNER)]
    assert ask(hub, BEN, own=True) == codes.REFUSED_BY_OWNER
    assert sizes(hub, ann=10**9, cat=49) == []
    assert sizes(hub, cat=50) == [LetGrow(CAT, False)]
    assert hub.status(CAT).code == codes.FULL


def test_who_is_taken_off_the_list_stays_and_who_is_refused_goes() -> None:
    hub = made(replace(OPEN, accounts={ANN: ListedAccount(), BEN: ListedAccount()}))
    after = replace(OPEN, accounts={BEN: ListedAccount(carry=False)})
    assert hub.choose(after, NOW) == [EndCarriage(BEN, "owner")]
    assert hub.status(ANN).code == codes.CARRIED
    assert ask(hub, BEN) == codes.REFUSED_BY_OWNER


def test_one_peer_and_one_network_have_a_bound() -> None:
    hub = made(OPEN)
    assert [ask(hub, bytes([n])) for n in range(3)] == [0, 0, codes.PEER_FULL]
    neighbour, stranger = Asker("neighbour", NODE.network), Asker("stranger", "198.51.100.0/24")
    assert ask(hub, b"x", neighbour) == codes.CARRIED
    assert ask(hub, b"y", neighbour) == codes.NETWORK_FULL
    assert ask(hub, b"y", stranger) == codes.CARRIED
    assert ask(hub, b"z", stranger) == codes.HUB_FULL


def test_asking_again_costs_nothing_and_changes_nothing() -> None:
    hub = made(OPEN)
    ask(hub, ANN)
    for asker in (NODE, Asker("other", "203.0.113.0/24")):
        answer, steps = hub.ask(ANN, asker, None, NOW)
        assert (answer.code, steps) == (codes.CARRIED, [])
    assert len(hub.accounts) == 1


def test_the_own_nodes_word_takes_the_place_of_a_readers() -> None:
    hub = made(OPEN)
    ask(hub, ANN, Asker("reader", "203.0.113.0/24"))
    answer, steps = hub.ask(ANN, NODE, proof(ANN), NOW)
    assert steps == [Carry(ANN, BY_ACCOUNT, NODE.peer_id, NODE.network)]
    assert answer.code == codes.CARRIED
    assert ask(hub, ANN, Asker("reader")) == codes.CARRIED
    assert hub.accounts[0].word == BY_ACCOUNT


@pytest.mark.parametrize(
    "other",
    [
        {"account": BEN}, {"hub": "another"}, {"asker": "thief"}, {"what": END},
        {"time_ms": NOW - PROOF_VALID_MS - 1}, {"time_ms": NOW + DAY_MS + 1},
    ],
)  # fmt: skip
def test_a_proof_that_is_not_meant_for_this_is_none(other: dict[str, object]) -> None:
    hub = made(OPEN)
    answer, steps = hub.ask(ANN, NODE, replace(proof(ANN), **other), NOW)  # type: ignore[arg-type]
    assert (answer.code, steps) == (codes.BAD_PROOF, [])


def test_only_the_own_node_ends_it_and_not_what_the_owner_wants() -> None:
    hub = made(replace(OPEN, accounts={BEN: ListedAccount()}))
    ask(hub, ANN)
    assert hub.end(ANN, NODE, None, NOW)[0].code == codes.BAD_PROOF
    assert hub.end(ANN, NODE, proof(ANN), NOW)[0].code == codes.BAD_PROOF
    assert hub.end(BEN, NODE, proof(BEN, END), NOW)[0].code == codes.OWNER_LISTS
    answer, steps = hub.end(ANN, NODE, proof(ANN, END), NOW)
    assert (answer.code, steps) == (codes.ENDED, [EndCarriage(ANN, "account")])
    assert hub.end(ANN, NODE, proof(ANN, END), NOW)[0].code == codes.NOT_CARRIED


def test_a_full_hub_lets_go_of_nobody_unless_its_owner_says_so() -> None:
    hub = made(OPEN)
    for number in range(4):
        assert ask(hub, bytes([number]), Asker(str(number))) == codes.CARRIED
    later = NOW + 1000 * DAY_MS
    assert hub.ask(ANN, NODE, None, later)[0].code == codes.HUB_FULL
    assert len(hub.accounts) == 4


def test_the_eldest_unread_goes_by_the_owners_rule_and_no_sooner() -> None:
    hub = made(replace(OPEN, evict_unread_ms=30 * DAY_MS, accounts={CAT: ListedAccount()}))
    for number in range(4):
        ask(hub, bytes([number]), Asker(str(number)))
    hub.note_read([bytes([0]), CAT], NOW + 5 * DAY_MS)
    early, late = NOW + 30 * DAY_MS - 1, NOW + 30 * DAY_MS
    assert hub.ask(ANN, NODE, None, early)[0].code == codes.HUB_FULL
    answer, steps = hub.ask(ANN, NODE, None, late)
    assert answer.code == codes.CARRIED
    assert steps == [EndCarriage(bytes([1]), "unread"), Carry(ANN, BY_READER, "node", NODE.network)]


def test_bytes_stop_growth_and_half_of_them_is_for_everybody() -> None:
    hub = made(OPEN)  # a share is 1000, and 4000 go to who needs more
    for who in (ANN, BEN, CAT):
        ask(hub, who, Asker(who.decode()))
    assert sizes(hub, ann=2999, ben=2999) == []
    assert sizes(hub, ann=3000) == [LetGrow(ANN, False)]
    assert sizes(hub, ben=3500) == [LetGrow(BEN, False)]
    assert sizes(hub, cat=999) == []  # the rest is used up, the share is not
    assert sizes(hub, cat=1000) == [LetGrow(CAT, False)]
    assert sizes(hub, ann=0, ben=0, cat=990) == [
        LetGrow(ANN, True),
        LetGrow(BEN, True),
        LetGrow(CAT, True),
    ]


def test_a_larger_quota_lets_them_grow_again() -> None:
    hub = made(OPEN)
    ask(hub, ANN)
    sizes(hub, ann=3000)
    larger = replace(OPEN, quota=replace(QUOTA, account_bytes=3100))
    assert hub.choose(larger, NOW) == []  # too near to its edge
    larger = replace(OPEN, quota=replace(QUOTA, account_bytes=6000))
    assert hub.choose(larger, NOW) == [LetGrow(ANN, True)]


KEY = st.integers(0, 30).map(lambda n: bytes([n]))
PEERS = st.integers(0, 9).map(lambda n: Asker(f"peer {n}", f"network {n // 2}"))
STEP = st.one_of(
    st.tuples(st.just("ask"), KEY, PEERS),
    st.tuples(st.just("own"), KEY, PEERS),
    st.tuples(st.just("end"), KEY, PEERS),
    st.tuples(st.just("grow"), KEY, PEERS),
)


@examples(200)
@given(steps=st.lists(STEP, max_size=60), rule=st.none() | st.just(DAY_MS))
def test_whatever_strangers_do_quotas_hold_and_the_list_stays(
    steps: list[tuple[str, bytes, Asker]], rule: int | None
) -> None:
    """An account takes 200 at a time while it grows, as a hub that counts now and then sees it."""
    listed = {ANN: ListedAccount(), BEN: ListedAccount()}
    hub = made(replace(OPEN, evict_unread_ms=rule, accounts=listed))
    held: dict[bytes, int] = {}
    for number, (what, account, asker) in enumerate(steps):
        now = NOW + number * DAY_MS // 4
        if what == "ask":
            hub.ask(account, asker, None, now)
        elif what == "own":
            hub.ask(account, asker, proof(account, asker=asker, time_ms=now), now)
        elif what == "end":
            hub.end(account, asker, proof(account, END, asker, time_ms=now), now)
        else:
            growing = [
                one
                for one in hub.accounts
                if one.grows and not hub._settings.is_listed(one.account)
            ]
            for one in growing[:1]:
                held[one.account] = held.get(one.account, 0) + 200
        kept = {one.account for one in hub.accounts}
        held = {one: size for one, size in held.items() if one in kept}
        hub.counted(replace(one, bytes=held.get(one.account, 0)) for one in hub.accounts)
        strangers = [one for one in hub.accounts if one.account not in listed]
        assert len(strangers) <= QUOTA.accounts
        assert sum(held.values()) <= QUOTA.bytes + 200 * QUOTA.accounts
        assert all(size <= QUOTA.account_bytes + 200 for size in held.values())
        for who in listed:
            assert hub.status(who).code == codes.CARRIED
    by_peer = [one.asker for one in hub.accounts if one.account not in listed]
    assert all(by_peer.count(peer) <= QUOTA.peer_accounts for peer in by_peer)
