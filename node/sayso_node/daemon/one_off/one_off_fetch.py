"""All of one account from one peer, in a store that is thrown away: a look before choosing.

No home takes part in it, so nothing in one can change by it: no subscription, no entry, no
memory of a peer. The peer meets a node with a key that is made for this one exchange: it learns
that somebody asks for the account, if it carries it, and not which of its other peers that is.
"""

from __future__ import annotations

import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import trio

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.limits import MAX_FETCHED
from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _
from sayso_storage.interface.store import Store
from sayso_storage.sqlite import open_store

from ...accounts.creation import SEED_SIZE
from ...accounts.lineage import feeds_in_line
from ...clock import now_ms
from ...errors import NotFound, PeerError
from ...network.privacy import OPEN, Privacy
from ..exchange import ProgressListener, exchange
from ..node import check_peer
from ..run import networked
from ..status import ExchangeResult, SessionProgress


@contextmanager
def fetched(
    account: bytes,
    address: str,
    *,
    timeout: float,
    progress: ProgressListener,
    privacy: Privacy = OPEN,
) -> Iterator[tuple[Store, ExchangeResult]]:
    """A store with what a peer has of an account, gone afterwards, and how the exchange went, as
    `exchange` tells; after `timeout` seconds with what came until then, which is the newest.

    Raises `NotFound` where the peer has nothing of it, `PeerError`, `StoreError`.
    """
    check_peer(address)
    with (
        TemporaryDirectory(prefix="sayso-fetch-") as place,
        open_store(Path(place) / "store.sqlite") as store,
    ):
        store.set_labellers([account], now_ms())
        found = trio.run(_fetch, store, address, timeout, progress, privacy)
        if not any(state.held for state in feeds_in_line(store, account)):
            _tell_nothing_came(account, found)
        yield store, found


async def _fetch(
    store: Store, address: str, timeout: float, progress: ProgressListener, privacy: Privacy
) -> ExchangeResult:
    def checked(found: SessionProgress) -> None:
        if found["bytes_in"] > MAX_FETCHED:
            raise PeerError(
                _("there is more of it than {max_fetched} MiB: too much for a look").format(
                    max_fetched=MAX_FETCHED >> 20
                )
            )
        progress(found)

    seed = secrets.token_bytes(SEED_SIZE)
    async with networked(seed, store, (), lambda _: None, privacy=privacy) as (node, nursery):
        nursery.start_soon(_clear_up_when_ended)
        return await exchange(node, address, timeout, checked)


async def _clear_up_when_ended() -> None:
    """Let a signal that would end the process remove the store first, as Ctrl-C does."""
    with trio.open_signal_receiver(signal.SIGTERM, signal.SIGHUP) as signals:
        async for _ in signals:
            raise KeyboardInterrupt


def _tell_nothing_came(account: bytes, found: ExchangeResult) -> None:
    key = key_text(account)
    if found["in_sync"]:
        raise NotFound(
            _(
                "the peer has nothing of {key}, or does not give it: name another one, best of all "
                "the account's own"
            ).format(key=key)
        )
    raise PeerError(
        _("nothing of {key} came in {n_second}: try again later").format(
            key=key, n_second=quantity(round(found["seconds"]), "second")
        )
    )
