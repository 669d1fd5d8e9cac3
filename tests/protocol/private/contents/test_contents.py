"""What letters say is read as it was written, and refused where it says something else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.vectors.cases import ACCOUNT, STRANGER

from sayso_protocol.blob.cid import DAG_PB
from sayso_protocol.codec import Value, decode, encode
from sayso_protocol.errors import BadKey, BadShape, Refused, TooLarge, UnknownVersion
from sayso_protocol.private.contents import content_kind
from sayso_protocol.private.contents.content_fields import read_fields, write_fields
from sayso_protocol.private.contents.history import (
    _ROOM,
    PastMessage,
    read_history,
    write_histories,
)
from sayso_protocol.private.contents.message import (
    MAX_LIFETIME_MS,
    MAX_MESSAGE,
    MAX_TEXT,
    Message,
    message_fields,
    read_message,
    write_message,
)
from sayso_protocol.private.contents.message_file import (
    MAX_WITHIN,
    FileWithin,
    SealedFile,
    write_file,
)
from sayso_protocol.private.contents.receipt import MAX_RECEIPTS, read_receipt, write_receipt
from sayso_protocol.private.contents.ticket import read_ticket, write_ticket
from sayso_protocol.private.private_limits import MAX_CONTENT
from sayso_protocol.private.sealed_blob import CHUNK_SIZE, MAX_FILE

CID = bytes.fromhex("01551220") + bytes(32)
PICTURE = SealedFile("image/png", "cat.png", "a cat", 6, CID, b"k" * 32)
WORD = FileWithin("image/png", "", "", b"kkkk")
MESSAGE = Message(b"m" * 16, ACCOUNT.public, "hello", 5, 604_800_000, (PICTURE, WORD))


@pytest.mark.parametrize(
    "message",
    [
        MESSAGE,
        replace(MESSAGE, lifetime_ms=None, attachments=()),
        replace(MESSAGE, text=""),
        replace(MESSAGE, text="x" * MAX_TEXT, attachments=(PICTURE,) * 8),
        replace(MESSAGE, lifetime_ms=MAX_LIFETIME_MS),
        replace(MESSAGE, attachments=(replace(WORD, data=bytes(MAX_WITHIN)), PICTURE)),
    ],
)
def test_a_message_reads_back(message: Message) -> None:
    data = write_message(message)
    assert read_message(data) == message and content_kind(data) == "message"
    assert "kkkk" not in repr(PICTURE) + repr(WORD), "a secret must not get into a log"


def test_when_it_expires() -> None:
    assert MESSAGE.expires_ms == 604_800_005
    assert replace(MESSAGE, lifetime_ms=None).expires_ms is None


@pytest.mark.parametrize(
    ("message", "error"),
    [
        (replace(MESSAGE, id=b"m"), BadShape),
        (replace(MESSAGE, to=bytes(32)), BadKey),
        (replace(MESSAGE, text="x" * (MAX_TEXT + 1)), TooLarge),
        (replace(MESSAGE, text="", attachments=()), BadShape),
        (replace(MESSAGE, sent_ms=-1), BadShape),
        (replace(MESSAGE, lifetime_ms=999), BadShape),
        (replace(MESSAGE, lifetime_ms=MAX_LIFETIME_MS + 1), BadShape),
        (replace(MESSAGE, attachments=(PICTURE,) * 9), BadShape),
        (replace(MESSAGE, attachments=(replace(PICTURE, key=b""),)), BadShape),
        (replace(MESSAGE, attachments=(replace(PICTURE, size=0),)), BadShape),
        (replace(MESSAGE, attachments=(replace(PICTURE, size=MAX_FILE + 1),)), BadShape),
        (replace(MESSAGE, attachments=(replace(PICTURE, size=CHUNK_SIZE + 1),)), BadShape),
        (replace(MESSAGE, attachments=(replace(PICTURE, cid=DAG_PB + bytes(32)),)), BadShape),
        (replace(MESSAGE, attachments=(replace(PICTURE, cid=CID[:-1]),)), BadShape),
        (replace(MESSAGE, attachments=(replace(PICTURE, type=""),)), BadShape),
        (replace(MESSAGE, attachments=(replace(PICTURE, name="../cat"),)), BadShape),
        (replace(MESSAGE, attachments=(replace(PICTURE, name=".."),)), BadShape),
        (replace(MESSAGE, attachments=(replace(PICTURE, name="cat\x1b[31m"),)), BadShape),
        (replace(MESSAGE, attachments=(replace(PICTURE, name="x" * 256),)), TooLarge),
        (replace(MESSAGE, attachments=(replace(PICTURE, alt="x" * 6_001),)), TooLarge),
        (replace(MESSAGE, attachments=(replace(WORD, data=b""),)), BadShape),
        (replace(MESSAGE, attachments=(replace(WORD, data=bytes(MAX_WITHIN + 1)),)), BadShape),
        (replace(MESSAGE, attachments=(replace(WORD, data=bytes(8_000)),) * 4), TooLarge),
    ],
)
def test_a_message_of_another_shape_is_refused(message: Message, error: type[Refused]) -> None:
    with pytest.raises(error):
        write_message(message)


def test_a_file_has_four_or_six_parts() -> None:
    fields = decode(write_message(MESSAGE))
    assert isinstance(fields, list)
    whole = write_file(PICTURE)
    assert isinstance(whole, list)
    for bad in (None, [], whole[:5], [*whole, None], whole[:3]):
        with pytest.raises(BadShape):
            read_message(encode([*fields[:-1], [bad]]))


def test_the_longest_message_still_fits_a_history() -> None:
    data = bytes(MAX_MESSAGE - len(write_message(MESSAGE)) + len(WORD.data) - MAX_WITHIN - 200)
    longest = replace(MESSAGE, attachments=(replace(WORD, data=bytes(MAX_WITHIN)), WORD))
    longest = replace(longest, text="x" * (len(data) + 200 - 2))
    while len(write_fields("message", *message_fields(longest))) < MAX_MESSAGE:
        longest = replace(longest, text=longest.text + "x")
    assert len(write_message(longest)) == MAX_MESSAGE
    past = PastMessage(STRANGER.public, longest)
    assert [read_history(one) for one in write_histories([past])] == [(past,)]


def test_receipts_and_tickets() -> None:
    ids = tuple(bytes([n]) * 16 for n in range(MAX_RECEIPTS))
    assert read_receipt(write_receipt(ids)) == ids
    assert len(write_receipt(ids)) < 2_048 - 200
    for bad in ((), (*ids, ids[0]), (b"short",)):
        with pytest.raises(BadShape):
            write_receipt(bad)
    assert read_ticket(write_ticket(b"t" * 32)) == b"t" * 32
    with pytest.raises(BadShape):
        write_ticket(b"t" * 31)


def test_history_is_written_in_as_many_letters_as_it_takes() -> None:
    long = replace(MESSAGE, text="x" * 9_000, attachments=())
    past = [PastMessage(STRANGER.public, replace(long, sent_ms=n)) for n in range(10)]
    contents = list(write_histories(past))
    assert len(contents) > 2 and max(map(len, contents)) <= MAX_CONTENT
    assert [one for data in contents for one in read_history(data)] == past
    short = replace(MESSAGE, text="x", attachments=())
    many = [PastMessage(STRANGER.public, short)] * 300
    assert [len(read_history(data)) for data in write_histories(many)] == [256, 44]
    assert list(write_histories([])) == []


def test_a_message_has_to_fit_a_history() -> None:
    def of(size: int) -> bytes:
        file = ["a", "", "", bytes(size)]
        return write_fields("message", b"m" * 16, ACCOUNT.public, "x" * 9_000, 5, None, [file])

    room = MAX_MESSAGE - len(of(20_000)) + 20_000
    assert len(of(room)) == MAX_MESSAGE
    message = read_message(of(room))
    assert write_message(message) == of(room)
    [alone] = write_histories([PastMessage(STRANGER.public, message)])
    assert len(alone) <= MAX_CONTENT and read_history(alone)[0].message == message
    with pytest.raises(TooLarge):
        read_message(of(room + 1))


def test_a_history_is_filled_to_its_last_byte() -> None:
    def past(size: int) -> PastMessage:
        return PastMessage(STRANGER.public, replace(MESSAGE, text="x" * size, attachments=()))

    [alone] = write_histories([past(10_000)])
    fields = len(alone) - len(encode([1, "history", [None]])) + 1
    rest = _ROOM - fields - (fields - 10_000)
    for more, count in ((0, 1), (1, 2)):
        parts = list(write_histories([past(10_000), past(rest + more)]))
        assert len(parts) == count and max(map(len, parts)) <= MAX_CONTENT


@pytest.mark.parametrize("change", [lambda one: one[:-1], lambda one: [*one, None], lambda _: []])
def test_a_past_message_has_all_its_fields(change: Callable[[list[Value]], list[Value]]) -> None:
    [data] = write_histories([PastMessage(STRANGER.public, MESSAGE)])
    version, kind, [fields] = decode(data)
    with pytest.raises(BadShape):
        read_history(encode([version, kind, [change(fields)]]))


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (None, BadShape),
        ([], BadShape),
        ([1], BadShape),
        ([1, b"message"], BadShape),
        ([1, ""], BadShape),
        ([1, "x" * 33], BadShape),
        ([True, "message"], BadShape),
        ([2, "message"], UnknownVersion),
    ],
)
def test_what_is_no_content(value: Value, error: type[Refused]) -> None:
    with pytest.raises(error):
        content_kind(encode(value))


def test_what_is_too_long_is_not_written() -> None:
    room = MAX_CONTENT - len(write_fields("k", b"x" * 300)) + 300
    assert len(write_fields("k", bytes(room))) == MAX_CONTENT
    with pytest.raises(TooLarge):
        write_fields("k", bytes(room + 1))
    assert read_fields(write_fields("k", b"", most=6), "k", 1, 6) == [b""]
    for act in (lambda: write_fields("k", b"", most=5), lambda: read_fields(bytes(6), "k", 1, 5)):
        with pytest.raises(TooLarge):
            act()


def test_a_content_is_bounded_and_of_its_kind() -> None:
    assert content_kind(encode([1, "of tomorrow", None])) == "of tomorrow"
    for read in (content_kind, read_message, read_receipt):
        with pytest.raises(TooLarge):
            read(bytes(MAX_CONTENT + 1))
    with pytest.raises(BadShape, match="another kind"):
        read_ticket(encode([1, "receipt", b"t" * 32]))
    data = decode(write_message(MESSAGE))
    assert isinstance(data, list)
    with pytest.raises(BadShape):
        read_message(encode(data[:-1]))
