"""What stands in the vectors of private letters, as this implementation reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from tests.vectors.cases import Case, data_of, flipped

from sayso_protocol.letters.box import pair_key, secret_box
from sayso_protocol.private import contents
from sayso_protocol.private.agreement import Device, agree_as_called, agree_as_caller
from sayso_protocol.private.contents import history, introduction, message, receipt, ticket
from sayso_protocol.private.envelope import read_envelope, write_envelope
from sayso_protocol.private.groups import contents as group_contents
from sayso_protocol.private.ratchet import (
    Ratchet,
    Undecryptable,
    public_key,
    shared_secret,
)
from sayso_protocol.private.sealed_knock import read_knock

SHORT = 16
"""Of a longer content vectors have the length alone."""


def take_private_letter(case: Case) -> Any:
    """The names that a case of this subject has."""
    if "caller" in case:
        return _take_agreement(case)
    if "secret" in case:
        return {"shared": shared_secret(_bytes(case, "secret"), _bytes(case, "public"))}
    if "wire" in case:
        return _take_knock(case)
    if "steps" in case:
        return {"steps": list(map(_Talk(case["session"]).take, case["steps"]))}
    if "envelope" in case:
        return _take_envelope(data_of(case["envelope"]))
    return _take_content(data_of(case["said"]))


def _bytes(case: Case, name: str) -> bytes:
    return bytes.fromhex(case[name])


def _device(said: Case, *, has_week: bool = True) -> Device:
    account, feed, identity = (_bytes(said, name) for name in ("account", "feed", "identity"))
    week = public_key(_bytes(said, "week")) if has_week else b""
    return Device(account, feed, public_key(identity), week)


def _take_agreement(case: Case) -> Any:
    one, other = case["caller"], case["called"]
    caller, called = _device(one, has_week=False), _device(other)
    first = _bytes(one, "first")
    public = public_key(first)
    mine = agree_as_caller(caller, _bytes(one, "identity"), called, first, public)
    secrets = _bytes(other, "identity"), _bytes(other, "week")
    assert agree_as_called(called, *secrets, caller, public) == mine
    keys = [pair_key(mine.pair_secret, case["day"], way).public for way in (0, 1)]
    agreed = {"bound": mine.bound, "shared": mine.shared, "pair": mine.pair_secret}
    return {"agreed": agreed, "boxes": list(map(secret_box, keys))}


def _take_knock(case: Case) -> Any:
    reader = case["reader"]
    secrets = _bytes(reader, "identity"), _bytes(reader, "week")
    found = read_knock(_device(reader), *secrets, _bytes(case, "wire"))
    caller = {"account": found.account, "feed": found.feed, "identity": found.identity}
    said = {"first": found.first_key, "content": found.content, "shared": found.agreement.shared}
    return {"opened": caller | said}


class _Talk:
    """Both ends of a session, and what they wrote."""

    def __init__(self, session: Case) -> None:
        shared, bound, week, drawn = (
            _bytes(session, name) for name in ("shared", "bound", "week", "drawn")
        )
        self._ends = {
            "caller": Ratchet.initiate(shared, public_key(week), bound, _only(drawn)),
            "called": Ratchet.respond(shared, week, bound),
        }
        self._letters: list[bytes] = []

    def take(self, step: Case) -> Any:
        """The same step, with what it came to here."""
        end = self._ends[step["by"]]
        if "lose" in step:
            for _ in range(step["lose"]):
                end.encrypt(b"", lambda size: bytes(size))
            return step
        if "write" in step:
            letter = end.encrypt(_bytes(step, "write"), _only(_bytes(step, "nonce")))
            self._letters.append(letter)
            return step | {"letter": letter}
        letter = self._letters[step["read"]]
        if step.get("bit") is not None:
            letter = flipped(letter, step["bit"])
        drawn = step.get("drawn")
        before = end.pack()
        try:
            says = end.decrypt(letter, 0, _only(None if drawn is None else bytes.fromhex(drawn)))
        except Undecryptable:
            assert end.pack() == before
            return step | {"says": None}
        return step | {"says": says}


def _only(given: bytes | None) -> Callable[[int], bytes]:
    """Gives these bytes for random ones; what was refused may have drawn some all the same."""

    def draw(size: int) -> bytes:
        assert given is None or len(given) == size
        return bytes(size) if given is None else given

    return draw


def _take_envelope(padded: bytes) -> Any:
    found = read_envelope(padded)
    assert write_envelope(found) == padded
    whole = {"content": found.content} if len(found.content) <= SHORT else {}
    return whole | {"id": found.id, "length": len(found.content)}


def _take_content(said: bytes) -> Any:
    kind = contents.content_kind(said)
    reader = _READERS.get(kind)
    if kind.startswith("group-"):
        reader = _group_fields
    return {"kind": kind, "fields": None if reader is None else reader(said)}


def _message_fields(said: bytes) -> Any:
    found = message.read_message(said)
    assert message.write_message(found) == said
    return message.message_fields(found)


def _receipt_fields(said: bytes) -> Any:
    ids = receipt.read_receipt(said)
    assert receipt.write_receipt(ids) == said
    return [ids]


def _ticket_fields(said: bytes) -> Any:
    secret = ticket.read_ticket(said)
    assert ticket.write_ticket(secret) == said
    return [secret]


def _history_fields(said: bytes) -> Any:
    past = history.read_history(said)
    assert list(history.write_histories(past)) == [said]
    return [[[one.author, *message.message_fields(one.message)] for one in past]]


def _introduction_fields(said: bytes) -> Any:
    found = introduction.read_introduction(said)
    device = found.known.device
    assert found.is_call == (contents.content_kind(said) == introduction.KIND)
    keys = device.account, device.feed, device.identity, device.week
    return [*keys, found.known.since_ms, found.first]


def _group_fields(said: bytes) -> Any:
    found = group_contents.read_content(said)
    assert group_contents.write_content(found) == said
    return [getattr(found, spec.name) for spec in fields(found)]


_READERS: dict[str, Callable[[bytes], Any]] = {
    message.KIND: _message_fields,
    receipt.KIND: _receipt_fields,
    ticket.KIND: _ticket_fields,
    history.KIND: _history_fields,
    introduction.KIND: _introduction_fields,
    introduction.FURTHER: _introduction_fields,
}
