"""Who carries what: the same in every run, whatever order Python's sets have there."""

from __future__ import annotations

import pytest

from sayso_protocol.discovery.address_book.carriers import Carriers
from sayso_protocol.discovery.connections.source_needs import SourceNeeds


@pytest.mark.parametrize("count", [2, 3, 10, 40, 255])
def test_what_a_peer_carries_is_noted_in_one_order(count: int) -> None:
    accounts = [bytes([number * 37 % 256]) * 32 for number in range(count)]
    carriers = Carriers()
    needs = SourceNeeds(carriers)
    needs.want(accounts)
    assert needs.carry("ann", accounts, 1)
    assert [account for account, _, _ in carriers.take_changes()] == sorted(accounts)
