"""Messages of ``/sayso/carry/1``: one request and one answer a stream.

A request is the canonical array ``[1, what, account, proof]``: `what` is ``carry``, ``status`` or
``end``, `proof` is nil or bytes (`carry_proof`). The answer is ``[1, code, entries, bytes, most]``:
numbers, of which `most` is -1 for no bound. A code is one of `CARRY_CODES`, words for it are made
where it is read: nothing that a hub writes is shown to anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ...accounts.envelope import array_of, key_of
from ...codec import Value, encode
from ...errors import BadShape, TooLarge, UnknownVersion
from ...translation import _, mark
from .hub_limits import MAX_CARRY_ANSWER, MAX_CARRY_REQUEST

CARRY_PROTOCOL: Final = "/sayso/carry/1"
VERSION: Final = 1
STATUS: Final = "status"
ASK: Final = "carry"
END: Final = "end"
_WHAT: Final = (ASK, STATUS, END)
_MOST_NUMBER: Final = 2**62

CARRIED: Final = 0
CARRY_CODES: Final = {
    CARRIED: mark("it is carried there"),
    1: mark("it is carried there, and takes no more: its quota is used up"),
    2: mark("it is not carried there"),
    3: mark("it is not carried there any more"),
    10: mark("the hub carries only whom its owner lists: ask its owner for `sayso hub admit KEY`"),
    11: mark("the hub carries only accounts whose own node asks"),
    12: mark("the hub's owner does not carry this account"),
    13: mark("the hub is full: ask another one"),
    14: mark("the hub carries as many accounts on this node's word as it does for anybody"),
    15: mark("the hub carries as many accounts for this network as it does for any"),
    16: mark("the proof is none, is too old, or is another node's: name the hub again"),
    17: mark("this feed has been ended by its account"),
    18: mark("the hub is busy: try again later"),
    19: mark("the hub carries it on its owner's word: ask the owner to let go of it"),
}
"""What a hub answers, and the words for it."""

FULL, NOT_CARRIED, ENDED = 1, 2, 3
NOT_LISTED, NOT_OWN, REFUSED_BY_OWNER, HUB_FULL, PEER_FULL, NETWORK_FULL = range(10, 16)
BAD_PROOF, FEED_ENDED, BUSY, OWNER_LISTS = range(16, 20)


@dataclass(frozen=True, slots=True)
class CarryRequest:
    """What a node asks of a hub; the proof is not verified."""

    what: str
    account: bytes
    proof: bytes | None = None

    def to_bytes(self) -> bytes:
        """As it travels."""
        return encode([VERSION, self.what, self.account, self.proof])


@dataclass(frozen=True, slots=True)
class CarryAnswer:
    """What a hub answers. `most` is None where there is no bound."""

    code: int
    entries: int = 0
    size: int = 0
    """Bytes, as the hub counts them."""
    most: int | None = None

    def to_bytes(self) -> bytes:
        """As it travels."""
        most = -1 if self.most is None else self.most
        return encode([VERSION, self.code, self.entries, self.size, most])

    @property
    def is_carried(self) -> bool:
        """Whether the account is carried there."""
        return self.code in (CARRIED, FULL)

    @property
    def words(self) -> str:
        """What it means, for a person."""
        unknown = mark("the hub gives a reason that this version does not know")
        return _(CARRY_CODES.get(self.code, unknown))


def read_request(data: bytes) -> CarryRequest:
    """Read a request. Raises `Refused`."""
    if len(data) > MAX_CARRY_REQUEST:
        raise TooLarge("a request over its limit")
    what, account, proof = _fields(data, 4)
    if what not in _WHAT:
        raise BadShape("a request of an unknown kind")
    if proof is not None and type(proof) is not bytes:
        raise BadShape("a proof is bytes")
    return CarryRequest(str(what), key_of(account), proof)


def read_answer(data: bytes) -> CarryAnswer:
    """Read an answer. Raises `Refused`."""
    if len(data) > MAX_CARRY_ANSWER:
        raise TooLarge("an answer over its limit")
    numbers: list[int] = []
    for one in _fields(data, 5):
        if type(one) is not int or not -1 <= one <= _MOST_NUMBER:
            raise BadShape("an answer has numbers")
        numbers.append(one)
    code, entries, size, most = numbers
    if min(code, entries, size) < 0:
        raise BadShape("an answer with a number below zero")
    return CarryAnswer(code, entries, size, None if most < 0 else most)


def _fields(data: bytes, count: int) -> list[Value]:
    version, *rest = array_of(data) or [None]
    if type(version) is not int or version != VERSION:
        raise UnknownVersion("a message of another version")
    if len(rest) != count - 1:
        raise BadShape("a message with too few or too many fields")
    return rest
