"""The devices of the own account: each of them writes a feed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from sayso_protocol.content.body import Open, read_body
from sayso_protocol.content.open import MAX_DEVICE
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.suggestion import closest
from sayso_protocol.text.line import is_line
from sayso_protocol.text.normal_form import keep
from sayso_protocol.translation import _
from sayso_storage.interface.store import FeedState, Store

from ...errors import AccountMoved, Ambiguous, KeystoreError, NodeError, NotFound
from ...home.directory import Home
from ...home.keystore import Keystore, read_keystore
from ..lineage import own_account
from ..lookup import MIN_PREFIX
from .pending_device import PendingDevice, pending_devices


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


_AnyDevice = TypeVar("_AnyDevice", bound=Device | PendingDevice)


def devices(store: Store) -> list[Device]:
    """The own account's devices, in order of their arrival here. Raises `NotFound`."""
    states = store.feeds_of(own_account(store))
    own = store.own_feed()
    return [
        Device(state, label_of(store, state.feed), own is not None and state.feed == own.feed)
        for state in states
    ]


def label_of(store: Store, feed: bytes) -> str | None:
    """The label of a device, by the first entry of its feed, where that is held."""
    first = store.load(feed, 1, 1)
    body = None if first is None else first.bodies[0]
    read = read_body(body) if isinstance(body, bytes) else None
    return read.device if isinstance(read, Open) else None


def find_device(store: Store, text: str) -> Device:
    """The own account's device whose feed's key begins so. Raises `NotFound` or `Ambiguous`."""
    return _named({key_text(one.state.feed): one for one in devices(store)}, text)


def find_any(home: Home, store: Store, text: str) -> Device | PendingDevice:
    """`find_device` among pending devices, too."""
    found: dict[str, Device | PendingDevice] = {
        key_text(one.state.feed): one for one in devices(store)
    }
    return _named(found | {key_text(one.feed): one for one in pending_devices(home, store)}, text)


def _named(found: Mapping[str, _AnyDevice], text: str) -> _AnyDevice:
    if text in found:
        return found[text]
    named = [key for key in found if len(text) >= MIN_PREFIX and key.startswith(text)]
    if len(named) > 1:
        raise Ambiguous(_("{text} begins several devices' feeds").format(text=text), named)
    if named:
        return found[named[0]]
    short = _("{text} is too short: give at least {min_prefix} characters of a feed").format(
        text=text, min_prefix=MIN_PREFIX
    )
    unknown = _(
        "no device of this account with a feed {text} is known here: `sayso device list` shows "
        "all, and of a new one something has to come first, over the network or in a bundle"
    ).format(text=text)
    hint = _label_hint(found, text)
    problem = short if len(text) < MIN_PREFIX else unknown
    raise NotFound(problem + hint, list(found), guessed=bool(hint))


def _label_hint(found: Mapping[str, Device | PendingDevice], text: str) -> str:
    """A hint for a device's label in place of its feed: labels can be alike, so feeds are named."""
    labels = [one.label for one in found.values() if one.label]
    feeds = [key for key, one in found.items() if one.label in closest(text, labels, 1)]
    names = _(" or ").join(feeds)
    return _("; did you mean {names}, by the label?").format(names=names) if feeds else ""


def account_keystore(home: Home, store: Store, passphrase: bytes | None) -> Keystore:
    """The keys of a home that may speak for its account. Raises `KeystoreError` where it does not
    hold the account's key, `AccountMoved` where that one says nothing more."""
    keystore, own = read_keystore(home.keys, passphrase), own_account(store)
    if keystore.account.public != own:
        raise KeystoreError(
            _(
                "the keys in this home are not those of its account: make a "
                "new home from a backup with `sayso --home NEW restore FILE`"
            )
        )
    if store.successor(own) is not None:
        raise AccountMoved
    return keystore


def check_label(label: str | None) -> str:
    """Return what a device is to be called, empty where it has no name. Raises `NodeError`."""
    label = keep((label or "").strip())
    if not is_line(label):
        raise NodeError(_("a device's label is one line, without control characters"))
    if len(label.encode(errors="replace")) > MAX_DEVICE:
        raise NodeError(
            _("a device's label has at most {max_device} bytes").format(max_device=MAX_DEVICE)
        )
    return label
