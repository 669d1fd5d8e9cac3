"""The store of a home, as far as can be seen in some seconds; `verify` looks at every entry."""

from __future__ import annotations

from typing import Final

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _, mark
from sayso_storage.interface.errors import StoreError
from sayso_storage.interface.store import Store
from sayso_storage.sqlite.verification.structure import check_structure

from ..clock import now_ms
from ..compose.clock_check import clock_doubt
from ..home.directory import Home
from .diagnosis import Diagnosis, failed, fine, parted, wrong

CHECK: Final = "store"

SECONDS: Final = 5.0
"""For looking at the structure: some gigabytes of a store that is in memory."""

_MEND: Final = mark(
    "stop the node, move the store files away and restore a backup (`sayso --home NEW restore "
    "FILE`); what is followed comes again from peers"
)


def check_store(home: Home, store: Store) -> Diagnosis:
    """Whether the store can be written and its file hangs together."""
    if store.unwritable is not None:
        return wrong(
            CHECK,
            _("it can only be read ({unwritable})").format(unwritable=store.unwritable),
            _("make room on the disk, and check owner and permissions"),
        )
    try:
        counts = store.counts()
        held = _("{n_entry} of {n_feed}").format(
            n_entry=quantity(counts.entries, "entry"), n_feed=quantity(counts.feeds, "feed")
        )
        if store.engine.name != "sqlite":  # its pages are the server's own to look after
            return fine(CHECK, _("{held}; the database answers").format(held=held))
        report = check_structure(home.store, SECONDS)
    except StoreError as error:
        return failed(CHECK, error)
    if report.error is not None:
        return wrong(CHECK, _("its file is damaged ({error})").format(error=report.error), _(_MEND))
    if not report.is_complete:
        return fine(
            CHECK,
            _("{held}; not all of its file was looked at").format(held=held),
            _("to look at every entry: `sayso verify`"),
        )
    return fine(CHECK, _("{held}; its file is sound").format(held=held))


def check_clock(store: Store) -> Diagnosis:
    """Whether the computer's clock can be right."""
    try:
        doubt = clock_doubt(store, now_ms())
    except StoreError as error:
        return failed("clock", error)
    if doubt is None:
        return fine("clock", _("it fits what was written before"))
    found, advice = parted(doubt)
    return wrong("clock", found, advice or _("set the clock"))
