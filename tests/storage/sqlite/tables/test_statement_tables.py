"""Statements on the disk are judged again whenever they are read."""

from __future__ import annotations

import pytest

from sayso_protocol.accounts.statement import sign_revoke, sign_rotate
from sayso_protocol.feed.fork import fork_of
from sayso_storage.interface.store import StoreDamaged
from sayso_storage.sqlite.tables import statement_tables

from ...makers import account_key, author, posts

BERT = author(2)
SAID = {
    "revoke": sign_revoke(BERT.account, BERT.feed.public, 0, None),
    "rotate": sign_rotate(account_key(2, 1), BERT.account.public, []),
    "fork": fork_of(posts(BERT, 1), posts(BERT, 1, text="other")),
}


@pytest.mark.parametrize("kind", SAID)
@pytest.mark.parametrize("stored", SAID)
def test_a_statement_is_of_the_kind_that_its_row_says(kind: str, stored: str) -> None:
    said = SAID[stored]
    assert said is not None
    assert statement_tables.kind_of(said) == stored
    if kind == stored:
        assert statement_tables.read(kind, said.wire) == said
        return
    with pytest.raises(StoreDamaged):
        statement_tables.read(kind, said.wire)


@pytest.mark.parametrize("kind", [*SAID, "grant"])
def test_a_grant_is_none_of_them(kind: str) -> None:
    with pytest.raises(StoreDamaged):
        statement_tables.read(kind, BERT.grant.wire)


@pytest.mark.parametrize("kind", SAID)
def test_one_that_has_rotted_is_damaged(kind: str) -> None:
    said = SAID[kind]
    assert said is not None
    with pytest.raises(StoreDamaged):
        statement_tables.read(kind, said.wire[:-1] + bytes([said.wire[-1] ^ 1]))
