"""What must hold of text that people paste and type: keys, ids, phrases, requests, names.

Bytes are read as a terminal gives them: those that are no UTF-8 as lone surrogates (PEP 383).
"""

from __future__ import annotations

import re
import string
from base64 import b32encode
from collections.abc import Callable
from functools import cache
from typing import Any
from unicodedata import normalize

from tests.vectors.cases import ACCOUNT, AT, FEED, NEXT, STRANGER

from sayso_node.accounts.lookup import find_account, find_entry, find_feeds
from sayso_node.errors import Ambiguous, NotFound
from sayso_protocol.accounts.enrolment import (
    ANSWER,
    DOMAIN,
    REQUEST,
    EnrolmentAnswer,
    EnrolmentRequest,
    _fields,
    _text,
    read_answer,
    read_request,
)
from sayso_protocol.codec import encode, pack_array
from sayso_protocol.crypto.hashing import enrolment_hash
from sayso_protocol.crypto.keys import key_text, parse_key
from sayso_protocol.crypto.phrase import _english, account_keys, phrase_of
from sayso_protocol.errors import BadSignature, BadText
from sayso_protocol.feed.entry import id_text, parse_id
from sayso_storage.interface.store import Store
from sayso_storage.memory.store import MemoryStore

from .properties import ACCEPTED, verdict
from .signing import PAIRS, loosely, signed_statement

_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def text_of(data: bytes) -> str:
    """Bytes as the text that a program finds among its arguments."""
    return data.decode("utf-8", "surrogateescape")


def lower(text: str) -> str:
    """ASCII letters in lower case, all else as it is."""
    return text.translate(_LOWER)


def check_key_text(data: bytes, read: Callable[[str], bytes] = parse_key) -> str:
    """The text form of a key is written again, but for the prefix of a DID."""
    text = text_of(data)
    said, key = verdict(read, text)
    if said == ACCEPTED:
        assert key_text(key) == text.removeprefix("did:key:"), f"another key: {text!r}"
    return said


def check_id_text(data: bytes, read: Callable[[str], bytes] = parse_id) -> str:
    """The text form of an id is written again, but for the case of its letters."""
    text = text_of(data)
    said, name = verdict(read, text)
    if said == ACCEPTED:
        assert id_text(name) == lower(text), f"another id: {text!r}"
    return said


def check_phrase(data: bytes, read: Callable[[str], Any] = account_keys) -> str:
    """A phrase that is read is the one of its 32 bytes, but for what BIP 39 makes equal."""
    said, _ = verdict(read, text_of(data))
    if said == ACCEPTED:
        words = " ".join(normalize("NFKD", text_of(data)).lower().split())
        assert phrase_of(bytes(_english().to_entropy(words))) == words, f"another phrase: {words!r}"
    return said


# --- enrolment ------------------------------------------------------------------------


def check_enrolment(data: bytes, read: dict[str, Callable[[str], Any]] | None = None) -> str:
    """Requests and answers of devices. What is neither is taken for what stands in one, and
    gets its letters, its check sum and, where need be, its signature from here."""
    readers = read or {REQUEST: read_request, ANSWER: read_answer}
    text = text_of(data)
    for word, reader in readers.items():
        said = _check_line(word, text, reader)
        if said != BadText.code:
            return said
    fields = loosely(data)
    word = ANSWER if type(fields) is list and "answer" in fields[1:2] else REQUEST
    said = _check_line(word, _armoured(word, data), readers[word])
    if said != BadSignature.code:
        return said
    return _check_line(word, _armoured(word, _signed(word, fields)), readers[word])


def _check_line(word: str, text: str, read: Callable[[str], Any]) -> str:
    said, value = verdict(read, text)
    if said == ACCEPTED:
        plain = lower("".join(text.split()).replace("-", ""))
        assert plain == _again(word, text, value).replace("-", ""), f"another line: {text!r}"
    return said


def _again(word: str, text: str, value: EnrolmentRequest | EnrolmentAnswer) -> str:
    if isinstance(value, EnrolmentAnswer):
        return _text(word, [1, "answer", value.offer.wire, value.device])
    return _text(word, [1, "request", value.feed, value.device, _fields(word, text, 3)[2]])


def _armoured(word: str, payload: bytes) -> str:
    letters = b32encode(payload + enrolment_hash(payload)[:4]).decode("ascii")
    return word + letters.rstrip("=").lower()


def _signed(word: str, fields: Any) -> bytes:
    if word == ANSWER:
        wire = fields[2]
        fields[2] = signed_statement(wire) if type(wire) is bytes else wire
    else:
        pair = PAIRS.get(fields[2]) if type(fields[2]) is bytes else None
        if pair is not None:
            fields[-1] = pair.sign(DOMAIN, encode(fields[:-1]))
    return pack_array(fields)


# --- names ----------------------------------------------------------------------------


KEY_IN = re.compile("z[1-9A-HJ-NP-Za-km-z]+")
ID_IN = re.compile("[0-9a-f]+")
"""What is looked for in a text that was copied with something around it."""


@cache
def store() -> Store:
    """A store that knows some accounts, two of them by a name."""
    made = MemoryStore(bytes(16))
    for pair, petname in ((ACCOUNT, "ann"), (STRANGER, "ben"), (NEXT, None), (FEED, None)):
        made.follow(pair.public, petname, AT)
    return made


def check_name(data: bytes) -> str:
    """Whatever stands for an account, a feed or an entry: found, or not, or too many."""
    text = text_of(data)
    said, account = _found(find_account, text)
    if said == ACCEPTED and not text.lstrip().startswith("@"):
        assert any(map(key_text(account).startswith, KEY_IN.findall(text))), f"another: {text!r}"
    feeds, _ = _found(find_feeds, text)
    entry, found = _found(find_entry, text)
    assert entry != ACCEPTED or any(map(id_text(found.id).startswith, ID_IN.findall(lower(text))))
    return max(said, feeds, entry) if said != ACCEPTED else said


def _found(find: Callable[[Store, str], Any], text: str) -> tuple[str, Any]:
    try:
        return ACCEPTED, find(store(), text)
    except (NotFound, Ambiguous) as error:
        return type(error).__name__, None
