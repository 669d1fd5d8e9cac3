"""The keys of a home, and whether they fit its store."""

from __future__ import annotations

from sayso_protocol.translation import _
from sayso_storage.interface.errors import StoreError
from sayso_storage.interface.store import Store

from ..accounts.clone_guard import refuse_clone
from ..accounts.signing_record import read_record
from ..errors import HomeCloned, NodeError, StoreBehind
from ..home.directory import Home
from ..home.keystore import read_keystore
from ..home.node_key import SEED_SIZE
from ..home.sealed_file import is_sealed
from ..home.secret_file import read_secret
from .diagnosis import Diagnosis, failed, fine, wrong

CHECK = "keys"


def check_keys(home: Home, store: Store | None, passphrase: bytes | None) -> Diagnosis:
    """Whether the keys can be read, are those of the store, and are used here alone."""
    try:
        if is_sealed(home.keys) and passphrase is None:
            return fine(
                CHECK,
                _("they are locked by a passphrase, so that only their file was looked at"),
                _("to look at them too: `sayso doctor --passphrase-file F`"),
            )
        keystore = read_keystore(home.keys, passphrase)
        own = store.own_feed() if store is not None else None
    except (NodeError, StoreError) as error:
        return failed(CHECK, error)
    if own is not None and own.feed != keystore.feed.public:
        return wrong(
            CHECK,
            _("they are not those of the feed that this store was made with"),
            _("put the {name} back that belongs here, or restore a backup").format(
                name=home.keys.name
            ),
        )
    return fine(CHECK, _("they can be read, and fit the store"))


def check_feed(home: Home, store: Store) -> Diagnosis:
    """Whether the own feed can go on from here."""
    check = "feed"
    try:
        own = store.own_feed()
        record = read_record(home)
        if own is not None and record is not None:
            record.check(own)
        refuse_clone(home, store)
    except (HomeCloned, StoreBehind, StoreError) as error:
        return failed(check, error)
    if own is None:
        return wrong(
            check,
            _("the store knows no feed of its own"),
            _("restore a backup: `sayso --home NEW restore FILE`"),
        )
    return fine(check, _("it stands at entry {head}, and goes on from there").format(head=own.head))


def check_node_key(home: Home) -> Diagnosis:
    """Whether the node keeps its name among peers."""
    check = "node key"
    if not home.node_key.exists():
        return fine(check, _("there is none yet: the first `sayso run` makes it"))
    try:
        seed = read_secret(home.node_key)
    except NodeError as error:
        return failed(check, error)
    if len(seed) != SEED_SIZE:
        return wrong(
            check,
            _("{node_key} is damaged").format(node_key=home.node_key),
            _("remove it: `sayso run` makes a new one"),
        )
    return fine(check, _("it can be read"))
