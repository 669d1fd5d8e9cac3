"""A new device joins an account without its phrase: a request there, an answer back.

Both are one line of text, carried by whatever is at hand. The bytes are the canonical array
``[1, "request", feed, device, signature]``, signed by the feed key over `DOMAIN` and the
same array without its signature, or ``[1, "answer", offer, device]``, where the offer is the
account's half of a grant (`GrantOffer`), to which the feed adds its own. Four bytes of hash
follow, and all of it is written in base32 (RFC 4648) behind a word that says what it is.
Nothing in them is secret. Reading ignores case, spaces, hyphens and line breaks.
"""

from __future__ import annotations

from base64 import b32decode, b32encode
from binascii import Error
from dataclasses import dataclass
from typing import Final

from ..codec import Value, decode, encode
from ..content.open import MAX_DEVICE
from ..crypto.hashing import enrolment_hash
from ..crypto.keys import KEY_SIZE, KeyPair, check_key, verify
from ..errors import BadShape, BadText, TooLarge, UnknownVersion
from ..limits import MAX_ENROLMENT
from ..translation import _
from .statement import GrantOffer, read_offer

VERSION: Final = 1
DOMAIN: Final = b"sayso/1/enrolment\x00"
REQUEST: Final = "sayso-request-"
ANSWER: Final = "sayso-answer-"

_KINDS: Final = {REQUEST: "request", ANSWER: "answer"}
_CHECK_SIZE = 4
_GROUP = 5


@dataclass(frozen=True, slots=True)
class EnrolmentRequest:
    """A device that asks for a grant: it has proved that it holds the feed's key."""

    feed: bytes
    device: str
    """What it would be called; may be empty."""


@dataclass(frozen=True, slots=True)
class EnrolmentAnswer:
    """The account's offer of the grant that was asked for, and what the owner calls the device."""

    offer: GrantOffer
    device: str


def write_request(feed: KeyPair, device: str) -> str:
    """Return the line in which a new device asks to be let in."""
    fields: list[Value] = [VERSION, "request", feed.public, device]
    return _text(REQUEST, [*fields, feed.sign(DOMAIN, encode(fields))])


def read_request(text: str) -> EnrolmentRequest:
    """Read and verify a request. Raises `Refused`: `BadText` where it was copied badly."""
    feed, device, signature = _fields(REQUEST, text, 3)
    if type(feed) is not bytes or len(feed) != KEY_SIZE or type(signature) is not bytes:
        raise BadShape("a request holds a key and a signature")
    checked = _device(device)
    verify(check_key(feed), DOMAIN, encode([VERSION, "request", feed, checked]), signature)
    return EnrolmentRequest(feed, checked)


def write_answer(offer: GrantOffer, device: str) -> str:
    """Return the line that lets a device in."""
    return _text(ANSWER, [VERSION, "answer", offer.wire, device])


def read_answer(text: str) -> EnrolmentAnswer:
    """Read and verify an answer. Raises `Refused`: `BadText` where it was copied badly."""
    offer, device = _fields(ANSWER, text, 2)
    if type(offer) is not bytes:
        raise BadShape("an answer holds an offer of a grant")
    return EnrolmentAnswer(read_offer(offer), _device(device))


def fingerprint(feed: bytes) -> str:
    """A feed key as twenty characters to compare on two screens: a hundred bits, so that
    nobody finds a second key with the same ones."""
    letters = b32encode(enrolment_hash(feed)).decode()
    return " ".join(letters[at : at + _GROUP] for at in range(0, 4 * _GROUP, _GROUP))


def _text(word: str, fields: list[Value]) -> str:
    data = encode(fields)
    return word + _letters(data + enrolment_hash(data)[:_CHECK_SIZE]).lower()


def _letters(data: bytes) -> str:
    return b32encode(data).decode().rstrip("=")


def _fields(word: str, text: str, count: int) -> list[Value]:
    """The fields behind version and name in the array. Raises `Refused`."""
    data = _bytes_of(word, text)
    fields = decode(data)
    if type(fields) is not list or not fields:
        raise BadShape(_("a request or answer is an array"))
    if type(fields[0]) is not int or fields[0] != VERSION:
        raise UnknownVersion(_("a request or answer of another version"))
    if len(fields) != count + 2 or fields[1] != _KINDS[word]:
        raise BadShape(_("not what its first word says"))
    return fields[2:]


def _bytes_of(word: str, text: str) -> bytes:
    if len(text) > MAX_ENROLMENT:
        raise TooLarge(_("too long for a request or an answer"))
    typed = "".join(text.split()).replace("-", "")
    begin, letters = word.replace("-", "").upper(), typed.upper()
    if not letters.startswith(begin):
        raise BadText(_("it does not begin with {word}: is it the right line?").format(word=word))
    letters = letters.removeprefix(begin)
    try:
        data = b32decode(letters + "=" * (-len(letters) % 8))
    except (Error, ValueError) as error:
        raise BadText(_("it was not copied whole: copy it again")) from error
    body, check = data[:-_CHECK_SIZE], data[-_CHECK_SIZE:]
    # Capitals of other scripts may be ASCII, and a decoder passes over padding and spare bits.
    one_spelling = typed.isascii() and _letters(data) == letters
    if not one_spelling or enrolment_hash(body)[:_CHECK_SIZE] != check:
        raise BadText(_("it was not copied whole: copy it again"))
    return body


def _device(value: Value) -> str:
    if type(value) is not str or len(value.encode()) > MAX_DEVICE or not _is_plain(value):
        raise BadShape(_("a device's name is one short line of text"))
    return value


def _is_plain(name: str) -> bool:
    return name.isprintable() and name == name.strip()
