"""Successors of accounts by rotation, in SQL."""

from __future__ import annotations

import sqlite3

from sayso_protocol.limits import MAX_ROTATIONS

from ....validation.statement_rules import Successors


def _heirs(roots: str) -> str:
    """The accounts that follow those accounts `o` for which a condition holds. It starts at
    the rotations, of which there are few, and not at the accounts."""
    return f"""
        WITH RECURSIVE heir (number, hops) AS (
            SELECT s.number, 1 FROM statements r INDEXED BY rotations
            CROSS JOIN accounts o ON o.number = r.account
            CROSS JOIN accounts s ON s.key = r.about
            WHERE r.kind = 'rotate' AND ({roots})
            UNION
            SELECT s.number, h.hops + 1 FROM heir h
            CROSS JOIN statements r INDEXED BY rotations ON r.account = h.number
            CROSS JOIN accounts s ON s.key = r.about
            WHERE r.kind = 'rotate' AND h.hops < {MAX_ROTATIONS})
        SELECT number FROM heir"""  # noqa: S608 - fixed text


OWN = f"(a.own OR a.number IN ({_heirs('o.own')}))"
"""Whether the account `a` is the own one or a successor of it."""

SHOWN = f"(a.own OR a.followed OR a.number IN ({_heirs('o.own OR o.followed')}))"
"""Whether the account `a` is one of `Store.shown_accounts`."""

_LABELLER = "{}.number IN (SELECT account FROM labellers)"
_FOR_OTHERS = "{}.number IN (SELECT account FROM carried WHERE NOT ended)"
_ROOT = f"{{0}}.own OR {{0}}.followed OR {_LABELLER.format('{0}')} OR {_FOR_OTHERS.format('{0}')}"

CARRIED = f"({_ROOT.format('a')} OR a.number IN ({_heirs(_ROOT.format('o'))}))"
"""Whether the account `a` is one of `Store.carried_accounts`, or carried for others as far as it
is held."""


_SUCCESSORS = """
    SELECT a.key, r.about FROM statements r INDEXED BY rotations
    CROSS JOIN accounts a ON a.number = r.account WHERE r.kind = 'rotate'"""


def successors(db: sqlite3.Connection) -> Successors:
    """All rotations that are kept."""
    return dict(db.execute(_SUCCESSORS).fetchall())
