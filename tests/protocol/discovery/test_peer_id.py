"""Peer ids in their text forms, held against libp2p's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_node.network.transport.libp2p_imports import ID
from sayso_protocol.discovery.peer_id import (
    key_of_peer_id,
    parse_peer_id,
    peer_id_bytes,
    peer_id_of_key,
    peer_id_text,
)
from sayso_protocol.errors import BadShape

SHA256 = "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N"


@given(st.binary(min_size=32, max_size=32))
def test_an_id_holds_its_key_and_reads_as_libp2p_reads_it(key: bytes) -> None:
    text = peer_id_of_key(key)
    assert key_of_peer_id(text) == key
    assert ID.from_string(text).to_bytes() == peer_id_bytes(text)
    assert ID(peer_id_bytes(text)).to_base58() == text


@given(st.binary(min_size=32, max_size=32).map(lambda raw: b"\x12\x20" + raw))
def test_the_id_of_a_longer_key_is_its_hash(raw: bytes) -> None:
    assert peer_id_bytes(peer_id_text(raw)) == raw
    with pytest.raises(BadShape):
        key_of_peer_id(peer_id_text(raw))


def test_the_form_of_a_content_id_is_read_too() -> None:
    cid = "bafzbeigai3eoy2ccc7ybwjfz5r3rdxqrinwi4rwytly24tdbh6yk7zslrm"
    assert parse_peer_id(cid) == "QmbHDbAzg9sbw5gvC8hCGmE5TvwEaS6NqKfEEiWE3QWYQ2"


@pytest.mark.parametrize(
    "text",
    ["", "b", "Qm", SHA256[:-1], "0OIl", "bafkreigh2akiscaildc", "Ä" * 46, "1" * 500, "12D3KooW"],
)
def test_what_is_no_peer_id_is_refused(text: str) -> None:
    with pytest.raises(BadShape):
        parse_peer_id(text)
