"""Conditions under which the own feed is continued: shared by all stores.

A node that signs one sequence number twice has forked its own feed for ever, so the entry
to continue from is hashed again: its bytes may have rotted on the disk.
"""

from __future__ import annotations

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.errors import Refused
from sayso_protocol.feed.run import RawRun, Run, verify_run
from sayso_protocol.translation import _, mark

from ..interface.errors import StoreDamaged, StoreError
from ..interface.records import FeedState

NO_OWNER = mark("this store has no owner yet: run `sayso init` first")
_ROTTEN = mark(
    "the newest own entry is damaged on the disk, so nothing is added to it: run the node, which "
    "fetches it again from peers that have it, or go on with a new feed, from a backup: "
    "`sayso --home NEW restore FILE`"
)


def check_head(state: FeedState, newest: RawRun | None, stored_id: bytes | None) -> None:
    """Verify the newest own entry, given as a run of one (None where nothing is held).

    `stored_id` is the id that it is stored under. Raises `StoreDamaged` where its bytes have
    another id, or it is not the one that the feed's state names, `StoreError` where the feed has
    forked or was ended.
    """
    if state.end is not None:
        raise StoreError(
            _(
                "this device was revoked: its account ended the own feed at entry {seq}, "
                "and nothing is posted from here any more. Open a new feed: `sayso backup FILE`, "
                "then "
                "`sayso --home NEW restore FILE`"
            ).format(seq=state.end.seq)
        )
    if state.forked_at is not None:
        raise StoreError(
            _(
                "the own feed has forked at entry {forked_at}: two copies of this home wrote "
                "it, and nothing more is posted from here. Open a new feed: `sayso backup FILE`, "
                "then "
                "`sayso --home NEW restore FILE`, and from there end this one with `sayso device "
                "revoke {feed}`; or `sayso rotate --phrase-file F`"
            ).format(forked_at=state.forked_at, feed=key_text(state.feed))
        )
    if not state.held and newest is None:
        return
    if not state.held or newest is None or newest.last != state.head:
        raise StoreDamaged(_(_ROTTEN))
    top = state.held[-1]
    try:
        # By name: this node signed the entry, and noted its id in two places. Bytes that have
        # rotted have another id, which costs a tenth of a signature check to find.
        verify_run(newest, tip=top.top)
    except Refused as error:
        raise StoreDamaged(_(_ROTTEN)) from error
    if stored_id != top.top or newest.times[-1] != top.last_ms:
        raise StoreDamaged(_(_ROTTEN))


def check_continuation(state: FeedState, run: Run) -> None:
    """Raise `StoreError` unless the run begins right after the feed's newest entry."""
    head = state.held[-1] if state.held else None
    if (
        run.feed != state.feed
        or run.first != state.head + 1
        or run.previous != (head.top if head else None)
        or (head is not None and run.times[0] < head.last_ms)
    ):
        raise StoreError(_("the entry does not continue the own feed"))
