"""Successors of accounts by rotation, in SQL."""

from __future__ import annotations

from typing import Final

from sayso_protocol.limits import MAX_ROTATIONS

from ....validation.statement_rules import Successors
from ...server.connection import Connection


def _heirs(roots: str) -> str:
    """The accounts that follow those accounts `o` for which a condition holds. It starts at
    the rotations, of which there are few, and not at the accounts."""
    return f"""
        WITH RECURSIVE heir (number, hops) AS (
            SELECT s.number, 1 FROM statements r
            JOIN accounts o ON o.number = r.account
            JOIN accounts s ON s.key = r.about
            WHERE r.kind = 'rotate' AND ({roots})
            UNION
            SELECT s.number, h.hops + 1 FROM heir h
            JOIN statements r ON r.account = h.number
            JOIN accounts s ON s.key = r.about
            WHERE r.kind = 'rotate' AND h.hops < {MAX_ROTATIONS})
        SELECT number FROM heir"""  # noqa: S608 - fixed text


OWN: Final = f"(a.own OR a.number IN ({_heirs('o.own')}))"
"""Whether the account `a` is the own one or a successor of it."""

SHOWN: Final = f"(a.own OR a.followed OR a.number IN ({_heirs('o.own OR o.followed')}))"
"""Whether the account `a` is one of `Store.shown_accounts`."""

SHOWN_NUMBERS: Final = f"""
    SELECT o.number FROM accounts o WHERE o.own OR o.followed
    UNION {_heirs("o.own OR o.followed").replace("WITH RECURSIVE", "(WITH RECURSIVE")})"""  # noqa: S608
"""The numbers of those accounts."""

_LABELLER = "{}.number IN (SELECT account FROM labellers)"
_FOR_OTHERS = "{}.number IN (SELECT account FROM carried WHERE NOT ended)"
_ROOT = f"{{0}}.own OR {{0}}.followed OR {_LABELLER.format('{0}')} OR {_FOR_OTHERS.format('{0}')}"

CARRIED: Final = f"({_ROOT.format('a')} OR a.number IN ({_heirs(_ROOT.format('o'))}))"
"""Whether the account `a` is one of `Store.carried_accounts`, or carried for others as far as it
is held."""


_SUCCESSORS: Final = """
    SELECT a.key, r.about FROM statements r
    JOIN accounts a ON a.number = r.account WHERE r.kind = 'rotate'"""

_NUMBERS: Final = "SELECT key, number FROM accounts WHERE key = ANY(%s)"


def successors(db: Connection) -> Successors:
    """All rotations that are kept."""
    return dict(db.rows(_SUCCESSORS))


def numbers_of(db: Connection, accounts: list[bytes]) -> dict[bytes, int]:
    """The numbers of accounts, by their keys; those that are not known are left out."""
    return dict(db.rows(_NUMBERS, (accounts,)))


def shown_numbers(db: Connection) -> list[int]:
    """The numbers of `Store.shown_accounts`."""
    return [number for (number,) in db.rows(SHOWN_NUMBERS)]
