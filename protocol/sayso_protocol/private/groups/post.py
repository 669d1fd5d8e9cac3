"""Posts of a group: signed by the author's device, sealed under a key that all in the group have.

Signed, a post is the canonical array ``[bytes, signature, grant]``. The bytes are the canonical
array ``[1, "group post", group, epoch, author, feed, time, parents, body]``, signed with the
device's feed key over `DOMAIN`; the grant says that the feed is the author's. `parents` are ids of
the newest posts that he had. The id has 16 bytes, BLAKE2b with the personalisation
"sayso gr post id" over bytes and signature.

Sealed, it is a nonce of 24 bytes and XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) under the
epoch's post key, with the epoch's id as additional data, of the length of the array (4 bytes), the
array, and zeros up to one of `SIZES`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError

from ...accounts.statement import Grant, grant_for
from ...codec import Value, decode, encode
from ...crypto.hashing import NONCE_SIZE
from ...crypto.keys import KEY_SIZE, SIGNATURE_SIZE, KeyPair, check_key, verify
from ...errors import BadShape, BadSignature, TooLarge, UnknownVersion
from ...limits import MAX_TIME_MS
from .epoch import Epoch
from .group_limits import ID_SIZE, MAX_BODY, MAX_POST
from .operation import read_ids

DOMAIN: Final = b"sayso/1/group post\x00"
VERSION: Final = 1
SIZES: Final = (512, 2_048, 8_192, 32_768)
_PERSON: Final = b"sayso gr post id"
_TAG_SIZE: Final = 16
_LENGTH_SIZE: Final = 4


@dataclass(frozen=True, slots=True)
class GroupPost:
    """One post; made by `sign_post` or `read_post`."""

    id: bytes
    group: bytes
    epoch: bytes
    author: bytes
    feed: bytes
    time_ms: int
    parents: tuple[bytes, ...]
    body: bytes = field(repr=False)
    wire: bytes = field(repr=False, compare=False)


def sign_post(
    device: KeyPair, grant: Grant, epoch: Epoch, time_ms: int, parents: Iterable[bytes], body: bytes
) -> GroupPost:
    """Sign a post. Raises `TooLarge` for a body that fits no letter."""
    named: list[Value] = [VERSION, "group post", epoch.group, epoch.id, grant.account]
    above = list[Value](sorted(parents))
    data = encode([*named, device.public, time_ms, above, body])
    signature = device.sign(DOMAIN, data)
    wire = encode([data, signature, grant.wire])
    return _parsed(data, signature, wire)


def claimed_post(wire: bytes) -> bytes:
    """Id of a wire before anything of it is verified, to pass over what is known. Raises
    `Refused`."""
    data, signature, _ = _parts(wire)
    return _id(data, signature)


def read_post(wire: bytes) -> GroupPost:
    """Read and verify one, with the grant of its author. Raises `Refused`."""
    data, signature, grant = _parts(wire)
    post = _parsed(data, signature, wire)
    check_key(post.author)
    check_key(post.feed)
    grant_for(grant, post.author, post.feed)
    verify(post.feed, DOMAIN, data, signature)
    return post


def reread_post(wire: bytes) -> GroupPost:
    """Read one that was verified before, from the own store. Raises `Refused` where it is not
    whole."""
    data, signature, _ = _parts(wire)
    return _parsed(data, signature, wire)


def seal_post(post: GroupPost, epoch: Epoch, nonce: bytes) -> bytes:
    """The letter for the group's box; the nonce has 24 random bytes."""
    plain = len(post.wire).to_bytes(_LENGTH_SIZE, "big") + post.wire
    size = next(size for size in SIZES if size >= len(plain) + NONCE_SIZE + _TAG_SIZE)
    plain += bytes(size - len(plain) - NONCE_SIZE - _TAG_SIZE)
    sealed: bytes = crypto_aead_xchacha20poly1305_ietf_encrypt(
        plain, epoch.id, nonce, epoch.post_key
    )
    return nonce + sealed


def open_post(letter: bytes, epoch: Epoch) -> GroupPost:
    """The post of a letter from the group's box. Raises what `unseal_post` and `read_post` raise,
    and `BadShape` where it names another epoch."""
    post = read_post(unseal_post(letter, epoch))
    if post.epoch != epoch.id or post.group != epoch.group:
        raise BadShape("a post in a letter of another epoch")
    return post


def unseal_post(letter: bytes, epoch: Epoch) -> bytes:
    """The wire of a post in a letter, not verified. Raises `BadSignature` where the seal is not the
    epoch's, and `BadShape` where that is no letter of a post."""
    if len(letter) not in SIZES:
        raise BadShape("a letter of no size")
    nonce, sealed = letter[:NONCE_SIZE], letter[NONCE_SIZE:]
    try:
        plain: bytes = crypto_aead_xchacha20poly1305_ietf_decrypt(
            sealed, epoch.id, nonce, epoch.post_key
        )
    except CryptoError as error:
        raise BadSignature("a letter that is not sealed with the epoch's key") from error
    end = _LENGTH_SIZE + int.from_bytes(plain[:_LENGTH_SIZE], "big")
    if end > len(plain) or any(plain[end:]):
        raise BadShape("a letter with something behind its post")
    return plain[_LENGTH_SIZE:end]


def _parts(wire: bytes) -> tuple[bytes, bytes, bytes]:
    if len(wire) > MAX_POST:
        raise TooLarge("a post of a group that is too long")
    outer = decode(wire)
    if type(outer) is not list or len(outer) != 3:
        raise BadShape("a post of a group is an array of three")
    data, signature, grant = outer
    if type(data) is not bytes or type(signature) is not bytes or type(grant) is not bytes:
        raise BadShape("a post of a group is bytes, a signature and a grant")
    return data, signature, grant


def _id(data: bytes, signature: bytes) -> bytes:
    return blake2b(data + signature, digest_size=ID_SIZE, person=_PERSON).digest()


def _parsed(data: bytes, signature: bytes, wire: bytes) -> GroupPost:
    fields = decode(data)
    if type(fields) is not list or not fields:
        raise BadShape("a post of a group is no array")
    if type(fields[0]) is not int or fields[0] != VERSION:
        raise UnknownVersion("a post of a group of another version")
    if len(fields) != 9 or fields[1] != "group post":
        raise BadShape("a post of a group has nine fields")
    _, _, group, epoch, author, feed, time_ms, parents, body = fields
    for name in (group, epoch):
        if type(name) is not bytes or len(name) != ID_SIZE:
            raise BadShape("a post of a group names group and epoch")
    for key in (author, feed):
        if type(key) is not bytes or len(key) != KEY_SIZE:
            raise BadShape("a post of a group names keys of 32 bytes")
    if type(time_ms) is not int or not 0 <= time_ms <= MAX_TIME_MS:
        raise BadShape("a post of a group at no time")
    if len(signature) != SIGNATURE_SIZE:
        raise BadShape("a signature that is not 64 bytes")
    if type(body) is not bytes:
        raise BadShape("a post of a group without a body")
    if len(body) > MAX_BODY:
        raise TooLarge("a post of a group that is too long")
    name = _id(data, signature)
    above = read_ids(parents)
    return GroupPost(name, group, epoch, author, feed, time_ms, above, body, wire)  # type: ignore[arg-type]
