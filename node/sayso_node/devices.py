"""The own account's devices: each of them is a feed."""

from __future__ import annotations

from dataclasses import dataclass

from sayso_protocol.body import Open, read_body
from sayso_protocol.limits import MAX_DEVICE
from sayso_storage.interface import FeedState, Store

from .accounts import own_account
from .errors import NodeError


@dataclass(frozen=True, slots=True)
class Device:
    """A feed of the own account, and what is known here of the device that writes it."""

    state: FeedState
    label: str | None
    this: bool

    @property
    def since_ms(self) -> int | None:
        """Signed time of its oldest entry that is held."""
        return self.state.held[0].first_ms if self.state.held else None


def devices(store: Store) -> list[Device]:
    """The own account's devices, in order of their arrival here. Raises `NotFound`."""
    states = store.feeds_of(own_account(store))
    own = store.own_feed()
    return [
        Device(state, label_of(store, state.feed), own is not None and state.feed == own.feed)
        for state in states
    ]


def label_of(store: Store, feed: bytes) -> str | None:
    """What a feed's first entry calls its device, where that is held."""
    opening = store.load(feed, 1, 1)
    body = None if opening is None else opening.bodies[0]
    read = read_body(body) if isinstance(body, bytes) else None
    return read.device if isinstance(read, Open) else None


def check_label(label: str | None) -> str:
    """Return what a device is to be called, empty where it has no name. Raises `NodeError`."""
    label = (label or "").strip()
    if not label.isprintable():
        raise NodeError("a device's label is one line, without control characters")
    if len(label.encode(errors="replace")) > MAX_DEVICE:
        raise NodeError(f"a device's label has at most {MAX_DEVICE} bytes")
    return label
