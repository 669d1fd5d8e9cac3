"""What must hold of private letters and of what a mailbox keeps, whatever bytes stand for one."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import lru_cache

from tests.protocol.private.mailbox_world import START_MS, Home, World
from tests.protocol.private.people import Person, pair, person, source
from tests.vectors.cases import ACCOUNT, FEED, STRANGER

from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.codec import decode, encode
from sayso_protocol.content.body import Prekey, write_body
from sayso_protocol.feed.entry import encode_header
from sayso_protocol.feed.run import commitment, sign_run
from sayso_protocol.private.contents import content_kind, history, message, receipt, ticket
from sayso_protocol.private.contents.introduction import (
    Introduction,
    read_introduction,
    with_first_word,
    write_introduction,
)
from sayso_protocol.private.contents.message_file import FileWithin, SealedFile
from sayso_protocol.private.envelope import Envelope, read_envelope, write_envelope
from sayso_protocol.private.mailbox_events import KnockTaken, LettersTaken
from sayso_protocol.private.outgoing import LaidLetter, Outgoing
from sayso_protocol.private.own_prekeys import OwnPrekeys
from sayso_protocol.private.peer import Peer
from sayso_protocol.private.private_limits import MAX_CONTENT
from sayso_protocol.private.ratchet import Ratchet
from sayso_protocol.private.sealed_blob import SealedBlobReader, seal_chunk
from sayso_protocol.private.sealed_knock import OpenedKnock, read_knock, write_knock

from .properties import ACCEPTED, verdict

ID = b"m" * 16
FILE_KEY = b"k" * 32
_RECORDS = (Ratchet, Peer, Outgoing, LaidLetter, OwnPrekeys)


def contents() -> Iterator[bytes]:
    """One of each kind."""
    cid = bytes.fromhex("01551220") + bytes(32)
    picture = SealedFile("image/png", "cat.png", "a cat", 6, cid, b"k" * 32)
    word = FileWithin("text/plain", "", "", b"a word")
    one = message.Message(ID, STRANGER.public, "hello", START_MS, 604_800_000, (picture, word))
    yield message.write_message(one)
    yield message.write_message(message.Message(ID, ACCOUNT.public, "", 0, None, (picture,)))
    yield receipt.write_receipt((ID, b"n" * 16))
    yield ticket.write_ticket(b"t" * 32)
    yield from history.write_histories([history.PastMessage(ACCOUNT.public, one)] * 2)
    yield encode([1, "of tomorrow", None])
    yield encode([2, message.KIND])


def check_content(data: bytes) -> str:
    """What is read is written again as the same bytes."""
    said, kind = verdict(content_kind, data)
    if said != ACCEPTED:
        return said
    assert len(data) <= MAX_CONTENT
    reader, writer = _CODECS.get(kind, (None, None))
    if reader is None or writer is None:
        return said
    said, value = verdict(reader, data)
    if said == ACCEPTED:
        assert writer(value) == data, "read and written it is another"
        envelope = Envelope(ID, data)
        assert read_envelope(write_envelope(envelope)) == envelope
    return said


def sealed_files() -> Iterator[bytes]:
    """Short files, each behind a byte that says how long it is."""
    for size in (1, 6, 200):
        yield bytes([size]) + seal_chunk(FILE_KEY, 0, b"f" * size, is_last=True)
        yield bytes([size]) + seal_chunk(FILE_KEY, 0, b"f" * size, is_last=False)


def check_sealed_file(data: bytes) -> str:
    """Nothing opens but what was sealed, whatever its pieces."""

    size = max(1, data[0] if data else 1)

    def opened(data: bytes) -> bytes:
        reader = SealedBlobReader(FILE_KEY, size)
        found = b"".join(reader.feed(data[at : at + 7]) for at in range(1, len(data), 7))
        reader.finish()
        return found

    said, plain = verdict(opened, data)
    if said == ACCEPTED:
        assert plain == b"f" * size, "another file opened"
    return said


def introductions() -> Iterator[bytes]:
    """Of a device that calls, with and without a first word."""
    body = write_body(Prekey(b"i" * 32, b"w" * 32, 2900))
    run = sign_run(FEED, 3, bytes(32), [START_MS], [body])
    header = encode_header(FEED.public, 3, bytes(32), START_MS, *commitment(body))
    grant = sign_grant(ACCOUNT, FEED, bytes(32)).wire
    data = write_introduction(grant, header, run.signatures[0], body)
    yield data
    yield with_first_word(data, b"a word")
    yield data[:-1]


def check_introduction(data: bytes) -> str:
    """The device is of the granted feed, and another first word changes nothing of it."""
    said, one = verdict(read_introduction, data)
    if said == ACCEPTED:
        assert isinstance(one, Introduction)
        assert one.known.device.feed == one.grant.feed
        assert one.known.device.account == one.grant.account
        assert with_first_word(data, one.first) == data, "read and written it is another"
    return said


def letters() -> Iterator[bytes]:
    """Letters of a session, in and out of order."""
    yield from _session()[1]


def check_letter(data: bytes) -> str:
    """What is refused changes nothing; and a mailbox takes whatever comes."""
    session = Ratchet.unpack(decode(_session()[0]))
    before = session.pack()
    draw = source("taken")
    said, _ = verdict(lambda data: session.decrypt(data, START_MS, draw), data)
    if said != ACCEPTED:
        assert session.pack() == before, "a refused letter changed the session"
    home = _home()
    box = next(iter(home.mailbox.boxes(START_MS)))
    assert home.mailbox.handle(LettersTaken(((box, data),)), START_MS) == []
    return said


def knocks() -> Iterator[bytes]:
    """Knocks for one device and for several."""
    me, reader = _called()
    draw = source("knocks")
    for others in ([reader.device], [me.device, reader.device, me.device]):
        for size in (0, 900, 3000):
            letter = write_knock(me.device, me.identity, others, bytes(size), draw).letter
            yield letter
            yield letter[:-1] + b"?"


def check_knock(data: bytes) -> str:
    """It opens for whom it was written, and names no other caller; a mailbox takes whatever
    comes."""
    me, reader = _called()
    said, opened = verdict(
        lambda data: read_knock(reader.device, reader.identity, reader.week, data), data
    )
    if said == ACCEPTED:
        assert isinstance(opened, OpenedKnock)
        assert opened.identity == me.device.identity and opened.feed == me.device.feed
    assert _home().mailbox.handle(KnockTaken(data), START_MS) == []
    return said


def records() -> Iterator[bytes]:
    """What a mailbox keeps."""
    yield from _home().disk.values()
    yield _session()[0]


def check_record(data: bytes) -> str:
    """Some record, read and written again, is the same bytes."""
    said = ""
    for kind in _RECORDS:
        said, one = verdict(lambda data, kind=kind: kind.unpack(decode(data)), data)
        if said == ACCEPTED:
            assert encode(one.pack()) == data, "read and written it is another"
            return said
    return said


@lru_cache(1)
def _session() -> tuple[bytes, tuple[bytes, ...]]:
    draw = source("fuzz")
    caller, called = pair(draw)
    letters = [caller.encrypt(b"%d" % number, draw) for number in range(6)]
    called.decrypt(letters[3], START_MS, draw)
    caller.decrypt(called.encrypt(b"", draw), START_MS, draw)
    letters += [caller.encrypt(b"%d" % number, draw) for number in range(3)]
    return encode(called.pack()), tuple(letters)


@lru_cache(1)
def _called() -> tuple[Person, Person]:
    draw = random.Random(5).randbytes
    return person(draw), person(draw)


@lru_cache(1)
def _home() -> Home:
    world = World("fuzz")
    ann, ben = (world.home(world.person()) for _ in range(2))
    world.friends()
    ann.write(ben.account, "hello")
    world.rounds(2)
    ben.write(ann.account, "answer")
    return ben


_CODECS: dict[str, tuple[Callable[[bytes], object], Callable[..., bytes]]] = {
    message.KIND: (message.read_message, message.write_message),
    receipt.KIND: (receipt.read_receipt, receipt.write_receipt),
    ticket.KIND: (ticket.read_ticket, ticket.write_ticket),
    history.KIND: (history.read_history, lambda past: next(history.write_histories(past))),
}
