"""New homes: of a new account, or of one more device of an account that there is."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from shutil import move, rmtree

from sayso_protocol.accounts.statement import Grant, sign_grant
from sayso_protocol.content.body import KnownBody, Open, Profile, write_body
from sayso_protocol.crypto.hashing import next_key_hash
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.translation import _
from sayso_storage.interface.store import Store
from sayso_storage.sqlite import open_store

from ..clock import now_ms
from ..errors import HomeError
from ..home.atomic_file import sync_directory
from ..home.directory import DIRECTORY_MODE, Home
from ..home.keystore import Keystore, write_keystore
from ..home.secret_file import write_secret
from .continuation import continue_feed
from .signing_record import note_signed

SEED_SIZE = 32

Fill = Callable[[Store], None]

Show = Callable[["NewHome"], None]
"""Is told of a home that is made, before it counts; where it raises there is none."""


@dataclass(frozen=True, slots=True)
class NewHome:
    """The account of a home that was made and this device's feed, public keys both."""

    account: bytes
    feed: bytes


def create_account(
    home: Home,
    name: str | None,
    passphrase: bytes | None,
    device: str | None = None,
    show: Callable[[NewHome, str], None] = lambda _home, _phrase: None,
) -> tuple[NewHome, str]:
    """Make an account and its first home. Gives the phrase too, which is kept nowhere: `show` gets
    both before the account counts, and where it raises none is made.

    Raises `NodeError` or `StoreError`.
    """
    from sayso_protocol.crypto.phrase import ENTROPY_SIZE, phrase_of

    phrase = phrase_of(secrets.token_bytes(ENTROPY_SIZE))
    made = _make_from_phrase(
        home, phrase, 0, name, passphrase, device, lambda made: show(made, phrase)
    )
    return made, phrase


def join_account(
    home: Home,
    phrase: str,
    account: bytes | None,
    passphrase: bytes | None,
    device: str | None = None,
) -> NewHome:
    """Make a home of the account that a phrase holds, with a feed of its own; `account` says
    which of the phrase's keys, by default the first.

    The profile is left as it is. Raises `NodeError`, `StoreError`, or `Refused` for a phrase
    that is none.
    """
    from sayso_protocol.crypto.phrase import key_index

    index = 0 if account is None else key_index(phrase, account)
    return _make_from_phrase(home, phrase, index, None, passphrase, device)


def new_keystore(account: KeyPair, promised: bytes) -> Keystore:
    """Keys of a device that may speak for the account: a feed that never was before."""
    return Keystore(account.seed, secrets.token_bytes(SEED_SIZE), promised)


def keystore_from_phrase(phrase: str, index: int) -> Keystore:
    """`new_keystore` of the account that is key number `index` of a phrase. Raises `Refused`."""
    from sayso_protocol.crypto.phrase import account_keys

    following = account_keys(phrase, index + 1)
    return new_keystore(account_keys(phrase, index), next_key_hash(following.public))


def grant_to(keystore: Keystore) -> Grant:
    """The account's grant to the feed of its own keystore."""
    return sign_grant(keystore.account, keystore.feed, keystore.next_key_hash)


def make_home(
    home: Home,
    keystore: Keystore,
    grant: Grant,
    first_bodies: Sequence[KnownBody],
    passphrase: bytes | None,
    fill: Fill = lambda _: None,
    show: Show = lambda _: None,
) -> NewHome:
    """Make keys and store with the first entries of the feed, after `fill` has put into the store
    what else shall be in it. Raises `NodeError` or `StoreError`, and what `show` raises.

    The key file comes last and by one rename: a home is whole or not there at all.
    """
    home.prepare()
    with home.lock():
        refuse_used(home)
        draft = draft_of(home)
        draft.prepare()
        try:
            _write_store(draft, keystore.feed, grant, first_bodies, fill)
            write_secret(draft.node_key, secrets.token_bytes(SEED_SIZE))
            write_keystore(draft.keys, keystore, passphrase)
            made = NewHome(grant.account, grant.feed)
            show(made)
            _move_blobs(draft, home)
            for part in (draft.store, draft.node_key, draft.keys):
                part.rename(home.path / part.name)
        finally:
            clear_draft(draft, home)
        sync_directory(home.path)
        note_signed(home, made.feed, len(first_bodies), now_ms())
    return made


def refuse_account(home: Home) -> None:
    """Raise `HomeError` where there is an account already."""
    if home.exists:
        raise HomeError(
            _("{path} has an account already: name another --home for a new one").format(
                path=home.path
            )
        )


def refuse_used(home: Home) -> None:
    """Raise `HomeError` where no home can be made; the directory is there."""
    refuse_account(home)
    clear_draft(draft_of(home), home)
    if home.store.exists():
        raise HomeError(
            _("{path} holds a store but no keys: move it away, or put its keys.json back").format(
                path=home.path
            )
        )
    if not os.access(home.path, os.W_OK):
        raise HomeError(_("cannot write in {path}: check its permissions").format(path=home.path))


DRAFT = ".new"


def _make_from_phrase(
    home: Home,
    phrase: str,
    index: int,
    name: str | None,
    passphrase: bytes | None,
    device: str | None,
    show: Show = lambda _: None,
) -> NewHome:
    keystore = keystore_from_phrase(phrase, index)
    grant = grant_to(keystore)
    first_bodies: list[KnownBody] = [Open(grant.wire, device or None)]
    if name is not None:
        first_bodies.append(Profile(name=name))
    return make_home(home, keystore, grant, first_bodies, passphrase, show=show)


def _write_store(
    draft: Home, feed: KeyPair, grant: Grant, first_bodies: Sequence[KnownBody], fill: Fill
) -> None:
    written = [write_body(body) for body in first_bodies]
    with open_store(draft.store) as store:
        store.add_own(grant, now_ms())
        fill(store)
        now = now_ms()
        store.publish(lambda state: continue_feed(feed, state, written, now), now)


def draft_of(home: Home) -> Home:
    """Where the parts of a new home lie until all of them are there."""
    return Home(home.path / DRAFT)


def _move_blobs(draft: Home, home: Home) -> None:
    """Move the blobs of a draft in, of which more may lie there: a blob has the name of its bytes,
    so that what an attempt leaves that ends here is no harm."""
    if not draft.blobs.is_dir():
        return
    home.blobs.mkdir(mode=DIRECTORY_MODE, exist_ok=True)
    for path in draft.blobs.iterdir():
        move(path, home.blobs / path.name)
    sync_directory(home.blobs)


def clear_draft(draft: Home, home: Home) -> None:
    """Remove what an attempt that was interrupted left, also where it was while it moved in:
    nobody has seen that feed yet, since its keys had not arrived. In a draft the keys are
    written last: a store that is not beside them has moved."""
    if not draft.path.is_dir() or draft.path.is_symlink():
        return
    if draft.keys.exists() and not home.exists:
        for part in (home.store, home.node_key):
            if not (draft.path / part.name).exists():
                part.unlink(missing_ok=True)
    rmtree(draft.path)
