"""Invites: one line that leads to an account, and to a node that has it.

The bytes are the version, the account's key and the node's key (libp2p's, Ed25519), 32 bytes each,
then *fields*. A field is a byte with its kind (the upper three bits) and its size (the lower five;
31 means that the next byte says it), and so many bytes. Three bytes of hash follow. The text is
``sayso:`` and their base32 (RFC 4648) without padding.

Nothing in an invite is signed: it is as good as the way on which it came. Its reader has everything
else proven (the node its key, the feeds their account), and the *promise* bounds what a thief of
the account's key can do with readers who have never met the account.
"""

from __future__ import annotations

from base64 import b32decode, b32encode
from binascii import Error
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..crypto.hashing import HASH_SIZE, invite_check
from ..crypto.keys import KEY_SIZE, check_key
from ..errors import BadShape, BadText, Mistyped, TooLarge, UnknownVersion
from ..limits import MAX_SEQ
from ..protobuf import decode_varint, encode_varint
from ..text.line import is_line
from ..translation import _, mark
from .invite_limits import (
    MAX_INVITE,
    MAX_INVITE_ADDRESS,
    MAX_INVITE_ADDRESSES,
    MAX_INVITE_HEADS,
    MAX_INVITE_TEXT,
    MAX_INVITE_TOKEN,
    MAX_LIST_NAME,
    MIN_INVITE_PROMISE,
    MIN_INVITE_TOKEN,
)
from .multiaddr import Address, readable_addresses
from .peer_id import key_of_peer_id, peer_id_of_key

SCHEME: Final = "sayso:"
VERSION: Final = 1

_IP4, _IP6, _ADDRESS, _PROMISE, _HEAD, _TOKEN, _LIST = range(7)
_LONG = 31
"""In place of a size: the next byte has it."""
_CHECK_SIZE = 3
_HEAD_ID = 8
_BEFORE_FIELDS = 1 + 2 * KEY_SIZE
_IP_SIZES: Final = {_IP4: (4, "ip4"), _IP6: (16, "ip6")}
_PORT_SIZE = 2

_IGNORED: Final = frozenset("-\u00ad\u200b\u2060\ufeff")
"""Beside white space: hyphens, also those that only show where a line is broken, and signs without
width. A `SCHEME` may be followed by slashes, as programs write it that know no other."""


@dataclass(frozen=True, slots=True)
class InviteHead:
    """An entry of a feed, the newest when the invite was made: its number, and how its id begins
    (8 bytes)."""

    feed: bytes
    seq: int
    id: bytes


@dataclass(frozen=True, slots=True)
class Invite:
    """What an invite says. Keys have 32 bytes."""

    account: bytes
    node: bytes
    """The public key of a node that has the account's feeds."""
    addresses: tuple[Address, ...] = ()
    """Where that node may be, the best first; they name no peer, but maybe a relay."""
    promise: bytes | None = None
    """How the hash of the account's next key begins (`next_key_hash`): 16 to 32 bytes."""
    heads: tuple[InviteHead, ...] = ()
    token: bytes | None = None
    """By which the node knows who was invited: 6 to 32 bytes."""
    list_name: str | None = None
    """A list of the account's, for somebody who follows nobody yet."""

    @property
    def peer_id(self) -> str:
        """The node's libp2p id."""
        return peer_id_of_key(self.node)


def invite_text(invite: Invite) -> str:
    """Return the link of an invite."""
    data = invite_bytes(invite)
    return SCHEME + _letters(data + invite_check(data)[:_CHECK_SIZE]).lower()


def read_invite(text: str) -> Invite:
    """Read a link, in whichever case, with white space and hyphens anywhere.

    Raises `Refused`: `BadText` for what is no invite, `Mistyped` where one was not copied letter
    for letter, `UnknownVersion` for one of a later version.
    """
    return parse_invite(_bytes_of(text))


def is_invite(text: str) -> bool:
    """Whether a text begins as a link of an invite does."""
    return _plain(text[: 4 * len(SCHEME)]).upper().startswith(SCHEME.upper())


def invite_bytes(invite: Invite) -> bytes:
    """Return an invite as bytes, without its check sum; raises `Refused` for one that nobody would
    read."""
    fields = [
        *(_packed_address(one) for one in invite.addresses),
        *((_PROMISE, one) for one in [invite.promise] if one is not None),
        *((_TOKEN, one) for one in [invite.token] if one is not None),
        *((_LIST, one.encode()) for one in [invite.list_name] if one is not None),
        *((_HEAD, one.feed + one.id + encode_varint(one.seq)) for one in invite.heads),
    ]
    packed = b"".join(_packed_field(kind, value) for kind, value in fields)
    data = bytes([VERSION]) + invite.account + invite.node + packed
    parse_invite(data)
    return data


def parse_invite(data: bytes) -> Invite:
    """Read an invite's bytes. Raises `Refused`."""
    if len(data) > MAX_INVITE:
        raise TooLarge("an invite of more bytes than any has")
    if not data or data[0] != VERSION:
        raise UnknownVersion(_("the invite is of a later version: update sayso to read it"))
    if len(data) < _BEFORE_FIELDS:
        raise BadShape("an invite has the keys of an account and of a node")
    account, node = (check_key(data[at : at + KEY_SIZE]) for at in (1, 1 + KEY_SIZE))
    found: dict[str, list[Any]] = {}
    for kind, value in _fields(data[_BEFORE_FIELDS:]):
        if kind in _READERS:  # of later versions there may be more
            name, read = _READERS[kind]
            found.setdefault(name, []).extend(read(value))
    return Invite(
        account,
        node,
        tuple(_some(found, "addresses", MAX_INVITE_ADDRESSES)),
        next(iter(_some(found, "promise", 1)), None),
        tuple(_some(found, "heads", MAX_INVITE_HEADS)),
        next(iter(_some(found, "token", 1)), None),
        next(iter(_some(found, "list", 1)), None),
    )


def _some(found: dict[str, list[Any]], name: str, most: int) -> Sequence[Any]:
    values = found.get(name, [])
    if len(values) > most:
        raise BadShape(f"an invite has at most {most} of its {name}")
    return values


# --- fields -------------------------------------------------------------------------


def _packed_field(kind: int, value: bytes) -> bytes:
    if len(value) > 0xFF:
        raise TooLarge("a field of an invite that is too long")
    if len(value) < _LONG:
        return bytes([kind << 5 | len(value)]) + value
    return bytes([kind << 5 | _LONG, len(value)]) + value


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and value of each field. Raises `BadShape`."""
    at = 0
    while at < len(data):
        kind, size = data[at] >> 5, data[at] & _LONG
        at += 1
        if size == _LONG:
            if at == len(data):
                raise BadShape("a field of an invite is cut off")
            size = data[at]
            at += 1
        if size > len(data) - at:
            raise BadShape("a field of an invite is cut off")
        yield kind, data[at : at + size]
        at += size


def _packed_address(address: Address) -> tuple[int, bytes]:
    """An address without the peer that it leads to: compact where it is an IP address."""
    relay = b"" if address.relay is None else key_of_peer_id(address.relay)
    general = Address(address.protocol, address.host, address.port, None, address.relay).to_bytes()
    if not address.is_ip or "%" in address.host:
        return _ADDRESS, general
    (kind,) = (one for one, (_, name) in _IP_SIZES.items() if name == address.protocol)
    size = _IP_SIZES[kind][0]
    # The general form begins with a code of one byte, the host, and another one for the port.
    host, port = general[1 : 1 + size], address.port.to_bytes(_PORT_SIZE, "big")
    return kind, host + port + relay


def _read_ip(kind: int) -> Callable[[bytes], list[Address]]:
    size, protocol = _IP_SIZES[kind]
    code = Address(protocol, {"ip4": "0.0.0.0", "ip6": "::"}[protocol], 0).to_bytes()  # noqa: S104

    def read(value: bytes) -> list[Address]:
        direct, relay = value[: size + _PORT_SIZE], value[size + _PORT_SIZE :]
        if len(direct) != size + _PORT_SIZE or len(relay) not in (0, KEY_SIZE):
            raise BadShape("an address of another size")
        packed = code[:1] + direct[:size] + code[1 + size : 2 + size] + direct[size:]
        address = Address.from_bytes(packed)
        via = peer_id_of_key(check_key(relay)) if relay else None
        return [Address(address.protocol, address.host, address.port, None, via)]

    return read


def _read_address(value: bytes) -> list[Address]:
    """An address in its general form; nothing where it is of a transport that is not in use."""
    if len(value) > MAX_INVITE_ADDRESS:
        raise TooLarge("an address that is too long")
    return [one for one in readable_addresses([value], 1) if one.peer_id is None]


def _read_promise(value: bytes) -> list[bytes]:
    if not MIN_INVITE_PROMISE <= len(value) <= HASH_SIZE:
        raise BadShape("a promise of another size")
    return [value]


def _read_token(value: bytes) -> list[bytes]:
    if not MIN_INVITE_TOKEN <= len(value) <= MAX_INVITE_TOKEN:
        raise BadShape("a token of another size")
    return [value]


def _read_head(value: bytes) -> list[InviteHead]:
    seq, end = decode_varint(value, KEY_SIZE + _HEAD_ID)
    if end != len(value) or not 0 < seq <= MAX_SEQ:
        raise BadShape("a head is a feed, the beginning of an id, and a number")
    return [InviteHead(check_key(value[:KEY_SIZE]), seq, value[KEY_SIZE:][:_HEAD_ID])]


def _read_list(value: bytes) -> list[str]:
    try:
        name = value.decode()
    except UnicodeDecodeError as error:
        raise BadShape("the name of a list is text") from error
    if not name.strip() or not is_line(name) or len(value) > MAX_LIST_NAME:
        raise BadShape("the name of a list is one short line")
    return [name]


_READERS: Final[dict[int, tuple[str, Callable[[bytes], Sequence[Any]]]]] = {
    _IP4: ("addresses", _read_ip(_IP4)),
    _IP6: ("addresses", _read_ip(_IP6)),
    _ADDRESS: ("addresses", _read_address),
    _PROMISE: ("promise", _read_promise),
    _HEAD: ("heads", _read_head),
    _TOKEN: ("token", _read_token),
    _LIST: ("list", _read_list),
}


# --- text ---------------------------------------------------------------------------


def _bytes_of(text: str) -> bytes:
    if len(text) > MAX_INVITE_TEXT:
        raise TooLarge(_("too long for an invite"))
    if not is_invite(text):
        raise BadText(_("this is no invite: one begins with {scheme}").format(scheme=SCHEME))
    typed = _plain(text)[len(SCHEME) :].lstrip("/")
    letters = typed.upper()
    try:
        data = b32decode(letters + "=" * (-len(letters) % 8))
    except (Error, ValueError) as error:
        raise Mistyped(_(_MISTYPED)) from error
    body, check = data[:-_CHECK_SIZE], data[-_CHECK_SIZE:]
    # Capitals of other scripts may be ASCII, and a decoder passes over padding and spare bits.
    one_spelling = typed.isascii() and _letters(data) == letters
    if not body or not one_spelling or invite_check(body)[:_CHECK_SIZE] != check:
        raise Mistyped(_(_MISTYPED))
    return body


_MISTYPED = mark("the invite was not copied letter for letter: copy the whole line again")


def _plain(text: str) -> str:
    return "".join(one for one in "".join(text.split()) if one not in _IGNORED)


def _letters(data: bytes) -> str:
    return b32encode(data).decode().rstrip("=")
