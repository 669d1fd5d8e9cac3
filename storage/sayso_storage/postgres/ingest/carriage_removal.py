"""Taking out again, little by little, what was carried for others and is not any more."""

from __future__ import annotations

from dataclasses import replace

from ...interface.records import Held
from ..server.connection import Connection
from ..tables import feed_rows, statement_tables
from ..tables.network import carried_rows
from .feed_entries import PostgresFeedEntries, nothing_waits
from .removal import remove


def remove_some(db: Connection, limit: int) -> list[bytes]:
    """See `Store.remove_uncarried`."""
    touched: list[bytes] = []
    for root in carried_rows.ended(db):
        left = limit
        for account in carried_rows.keys(db, root):
            if statement_tables.carries(db, account):
                continue  # the owner has it otherwise, and keeps it
            for row in feed_rows.of_account(db, account):
                if left and row.state.held:
                    left -= _shorten(db, row, left)
                    touched.append(row.state.feed)
        if touched:
            return touched
        carried_rows.forget(db, root)
    return []


def _shorten(db: Connection, row: feed_rows.FeedRow, limit: int) -> int:
    """Remove entries from the end of a feed's last stretch; gives how many."""
    *before, last = row.state.held
    low = max(last.first, last.last - limit + 1)
    kept: list[Held] = before
    if low > last.first:
        entries = PostgresFeedEntries(db, row.number, row.state.feed, nothing_waits)
        top, top_ms = entries.id_at(low - 1), entries.time_at(low - 1)
        kept = [*before, replace(last, last=low - 1, top=top, last_ms=top_ms)]
    remove(db, row.number, [(low, last.last)])
    feed_rows.save_held(db, [(row.number, row.state.held, kept)])
    return last.last - low + 1
