"""A statement as it travels: the array ``[bytes, signature, ...]``, and its parts."""

from __future__ import annotations

from dataclasses import dataclass

from ..codec import Value, decode, encode
from ..crypto.keys import KEY_SIZE, SIGNATURE_SIZE, KeyPair, check_key, verify
from ..errors import BadShape, TooLarge, UnknownVersion
from ..limits import MAX_STATEMENT

VERSION = 1
DOMAIN = b"sayso/1/statement\x00"
"""What account keys sign in."""
FEED_DOMAIN = b"sayso/1/grant feed\x00"
"""What the feed's key signs a grant in, so that neither signature can stand for the other."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A statement taken apart; `kind` is text, nothing else of it is checked yet."""

    kind: str
    fields: list[Value]
    """What follows the type."""
    statement: bytes
    signatures: tuple[bytes, ...]
    """The account's or its successor's, and what more there is."""
    wire: bytes

    def take(self, count: int, signatures: int = 1) -> list[Value]:
        """The fields, if there are so many, and so many signatures. Raises `BadShape`."""
        if len(self.fields) != count:
            raise BadShape("a statement with too few or too many fields")
        if len(self.signatures) != signatures:
            raise BadShape("a statement with too few or too many signatures")
        return self.fields

    def verify(self, signer: bytes, domain: bytes = DOMAIN, at: int = 0) -> None:
        """Raise `BadSignature` unless signature `at` is of this key in this domain."""
        verify(signer, domain, self.statement, self.signatures[at])


def open_statement(wire: bytes) -> Opened:
    """Take a statement apart, without curve arithmetic. Raises `Refused`."""
    if len(wire) > MAX_STATEMENT:
        raise TooLarge("a statement over its limit")
    outer = array_of(wire)
    if not 2 <= len(outer) <= 3:
        raise BadShape("a statement is an array of bytes and one or two signatures")
    statement = sized(outer[0], None)
    signatures = tuple(sized(one, SIGNATURE_SIZE) for one in outer[1:])
    fields = array_of(statement)
    if len(fields) < 2:
        raise BadShape("a statement has a version and a type")
    version, kind, *rest = fields
    if type(version) is not int or version != VERSION:
        raise UnknownVersion("a statement of another version")
    if type(kind) is not str:
        raise BadShape("a statement's type is text")
    return Opened(kind, rest, statement, signatures, wire)


def sign(signer: KeyPair, fields: Value) -> bytes:
    """A statement with one signature."""
    statement = encode(fields)
    return encode([statement, signer.sign(DOMAIN, statement)])


def key_of(value: Value) -> bytes:
    """A field that is a valid key. Raises `Refused`."""
    return check_key(sized(value, KEY_SIZE))


def array_of(data: bytes) -> list[Value]:
    """Decode an array. Raises `Refused`."""
    value = decode(data)
    if type(value) is not list:
        raise BadShape("a statement is an array")
    return value


def sized(value: object, size: int | None) -> bytes:
    """A field of bytes, of this length if one is given. Raises `BadShape`."""
    if type(value) is not bytes or (size is not None and len(value) != size):
        raise BadShape("a field of the wrong type or length")
    return value
