"""Who carried what: bounded, the newest first, and the same again from what was kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples

from sayso_protocol.discovery.address_book import book_limits as limits
from sayso_protocol.discovery.address_book.carriers import Carriers

ACCOUNTS = [bytes([number]) * 32 for number in range(4)]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["note", "forget", "keep"]),
        st.sampled_from(ACCOUNTS),
        st.integers(0, 2 * limits.MAX_CARRIERS),
    ),
    max_size=60,
)


@given(STEPS, st.integers(1, 7))
@examples(100)
def test_what_was_kept_from_change_to_change_is_the_same_again(
    steps: list[tuple[str, bytes, int]], every: int
) -> None:
    carriers = Carriers()
    kept: dict[tuple[bytes, str], int] = {}
    for at, (step, account, number) in enumerate(steps, 1):
        peer = f"peer {number}"
        if step == "note":
            carriers.note(account, peer, at)
            assert carriers.of(account)[0] == peer
            assert account in carriers.by(peer)
        elif step == "forget":
            carriers.forget(account, peer)
            assert peer not in carriers.of(account)
        else:
            carriers.keep_only(ACCOUNTS[:number])
        if at % every == 0 or at == len(steps):
            for key_account, key_peer, at_ms in carriers.take_changes():
                if at_ms is None:
                    kept.pop((key_account, key_peer), None)
                else:
                    kept[key_account, key_peer] = at_ms
    again = Carriers((*pair, at_ms) for pair, at_ms in kept.items())
    for account in ACCOUNTS:
        assert again.of(account) == carriers.of(account)
        assert len(carriers.of(account)) <= limits.MAX_CARRIERS
        assert all(account in carriers.by(peer) for peer in carriers.of(account))
    assert again.take_changes() == []


def test_the_oldest_knowledge_of_all_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_CARRIED", 10)
    carriers = Carriers()
    for number in range(30):
        carriers.note(bytes([number]) * 32, "peer", number)
    known = [number for number in range(30) if carriers.of(bytes([number]) * 32)]
    assert known == list(range(20, 30))
