"""Views that people offer each other as entries."""

from __future__ import annotations

from typing import NamedTuple

from sayso_protocol.content.body import ViewOffer
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.suggestion import similar
from sayso_protocol.translation import _
from sayso_protocol.views.ranking import View
from sayso_storage.interface.store import Store

from ..accounts.lineage import line_of
from ..entries.body import body_of
from ..errors import NotFound
from ..home.directory import Home
from . import file

MAX_OFFERS = 1000
"""Offers under each key of an account, newest first, that are read."""


class Offered(NamedTuple):
    """A view that somebody offers, and the moment (Unix milliseconds) of the entry."""

    view: View
    time_ms: int


def offered(store: Store, account: bytes) -> dict[str, Offered]:
    """The views that an account offers, by name: of one name the newest by time, number and
    id."""
    found = dict[str, tuple[tuple[int, int, bytes], Offered]]()
    for key in line_of(store, account):
        for entry in store.of_kind(key, ViewOffer.KIND, MAX_OFFERS):
            body, at = body_of(entry), (entry.time_ms, entry.seq, entry.id)
            assert isinstance(body, ViewOffer)
            if body.name not in found or found[body.name][0] < at:
                view = View(body.name, body.expression, body.about or "", key_text(account))
                found[body.name] = at, Offered(view, at[0])
    return {name: found[name][1] for name in sorted(found)}


def find_offer(store: Store, account: bytes, name: str) -> View:
    """A view that an account offers. Raises `NotFound`."""
    found = offered(store, account)
    if name not in found:
        guess = similar(name, found)
        raise NotFound(
            _("{account} offers no view {name}{guess}").format(
                account=key_text(account), name=name, guess=guess
            ),
            list(found),
            guessed=bool(guess),
        )
    return found[name].view


def adopt(home: Home, store: Store, account: bytes, name: str, own_name: str | None) -> View:
    """Copy a view that somebody offers into the own file. What that account offers later changes
    nothing there. Raises `NotFound`, `ViewsError`."""
    view = find_offer(store, account, name)
    return file.add(home, View(own_name or name, view.expression, view.about, view.by))
