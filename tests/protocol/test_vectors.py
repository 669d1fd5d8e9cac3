"""Every vector has the verdict and the content that its file states, and the files are frozen."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, fields
from hashlib import sha256
from typing import Any

import msgpack
import pytest
from tests.vectors.cases import Case, data_of, flipped, plain, tagged
from tests.vectors.make import FORMAT, SUBJECTS, load, path_of, text_of

from sayso_protocol import errors
from sayso_protocol.absence import absent_numbers, explain, prove
from sayso_protocol.accounts.statement import Grant, Revoke, Rotate, read_grant, read_statement
from sayso_protocol.blob.blob_frames import decode_blob_frame, encode_blob_frame
from sayso_protocol.blob.blob_limits import LEAF_SIZE
from sayso_protocol.blob.cid import cid_text
from sayso_protocol.blob.tree_builder import TreeBuilder
from sayso_protocol.blob.tree_node import decode_node
from sayso_protocol.blob.tree_shape import leaf_count, leaf_size
from sayso_protocol.codec import decode, encode
from sayso_protocol.content.attachment import Attachment
from sayso_protocol.content.body import Reference, Unknown, read_body
from sayso_protocol.crypto import hashing
from sayso_protocol.crypto.hashing import entry_id, next_key_hash, roster_id
from sayso_protocol.crypto.keys import check_key, key_text, parse_key, verify
from sayso_protocol.crypto.phrase import account_keys, phrase_of
from sayso_protocol.discovery.invite import invite_text, parse_invite, read_invite
from sayso_protocol.discovery.location.announcement import (
    read_announcement,
    record_key,
    seal,
    unseal,
)
from sayso_protocol.discovery.peer_id import peer_id_bytes
from sayso_protocol.errors import Refused
from sayso_protocol.feed.absence import AbsenceProof
from sayso_protocol.feed.entry import DOMAIN, check_body, decode_header
from sayso_protocol.feed.fork import read_fork
from sayso_protocol.feed.run import RawRun, verify_run
from sayso_protocol.letters.box import door_box, letter_id, pair_key, secret_box
from sayso_protocol.letters.letter_frames import decode_letter_frame, encode_letter_frame
from sayso_protocol.letters.stamp import stamp_bits
from sayso_protocol.private.contents.first_word import (
    FollowsWay,
    InviteWay,
    LabelWay,
    read_first_word,
    write_first_word,
)
from sayso_protocol.private.contents.message import read_message
from sayso_protocol.private.contents.message_file import FileWithin, MessageFile, SealedFile
from sayso_protocol.private.groups.epoch import read_epoch
from sayso_protocol.private.groups.membership import Membership
from sayso_protocol.private.groups.operation import read_operation
from sayso_protocol.private.groups.post import open_post, read_post
from sayso_protocol.private.groups.text_post import _parsed as parsed_text
from sayso_protocol.private.ratchet import Undecryptable
from sayso_protocol.private.sealed_blob import (
    CHUNK_SIZE,
    SealedBlobReader,
    chunk_count,
    seal_chunk,
    sealed_size,
)
from sayso_protocol.ranges import Ranges
from sayso_protocol.sync.interest import Days, Directory
from sayso_protocol.sync.rosters.roster import read_roster
from sayso_protocol.sync.rosters.roster_book import RosterBook
from sayso_protocol.sync.session import Session
from sayso_protocol.sync.wire.frame_codec import (
    _NUMBERS,
    LENGTH_SIZE,
    decode_frame,
    encode_frame,
    frame_length,
)
from sayso_protocol.sync.wire.frames import SYNC_1, SYNC_3, Ask, Entries, Frame, Get, Heights, Hello
from sayso_protocol.text.fold import bare, fold
from sayso_protocol.text.normal_form import keep
from sayso_protocol.text.words import tokens

from .private_vectors import take_private_letter

FROZEN = {
    "keys": "3baf609d27ca837d8e5b7e527e3ce084cac3adf36166dfb1df7e49676afd2890",
    "signatures": "48692b44ba08661f72b2f7eec3584d70bd2569c88da66264cc452f6d9f8c9476",
    "phrases": "ac0735a38eb2d23b2d2dddd73acf91c785a7cd7d7cf47bbaca51cc06187a91c7",
    "hashes": "386a90cebf4d31a14d4735cf09527d3e4b8f3afc88da874e2999e900c2979de8",
    "msgpack": "fe58f311cbdb3b18f932a719808bc27dc66677609c24ba21032a6f84ef22935c",
    "statements": "6a5ee8c4acd4211a9c0d98c35ffb27d439dc32a49e189f2efc19e3ff84564b64",
    "entries": "51988fdb4efc30699270cb24c2ba55c07dafc1769dc31b05b300364ccdd30ec0",
    "bodies": "b91e802d8eb05abe8daf42337204d11d991c85dfbdf926850b4476538b595261",
    "runs": "df738762f5f519c09e15d62f78910c4fb0ad272b81b0af743030fcd298897f04",
    "forks": "b5a5b5f1d9dcb3f6b1eac76b9d2f69448ec5f358cd080e4738e23e884068afdf",
}
"""SHA-256 of the files that decide what is true."""


def number(field: int | str) -> int:
    """Large integers stand as text."""
    return int(field)


def take_key(case: Case) -> Any:
    if "text" not in case:
        return {"key": check_key(data_of(case["key"]))}
    key = parse_key(case["text"])
    assert case["text"].endswith(key_text(key))
    return {"key": key}


def take_signature(case: Case) -> Any:
    key, domain, message, signature = (
        bytes.fromhex(case[name]) for name in ("key", "domain", "message", "signature")
    )
    verify(check_key(key), domain, message, signature)
    return {}


def take_phrase(case: Case) -> Any:
    keys = [account_keys(case["phrase"], n).public for n in range(len(case.get("keys", "1")))]
    found: Case = {"keys": keys}
    if "entropy" in case:
        found |= {"promises": [next_key_hash(key) for key in keys]}
        found |= {"phrase": phrase_of(bytes.fromhex(case["entropy"]))}
    return found


def take_hash(case: Case) -> Any:
    of = [bytes.fromhex(part) for part in case["of"]]
    uses = {
        "entry id": hashing.entry_id,
        "body hash": hashing.body_hash,
        "promise of a key": hashing.next_key_hash,
        "account seed": lambda seed, n: hashing.account_seed(seed, int.from_bytes(n, "big")),
        "blinded account": lambda key, day: hashing.blinded(key, int.from_bytes(day, "big")),
    }
    return {"hash": uses[case["use"]](*of)}


def take_msgpack(case: Case) -> Any:
    data = data_of(case["bytes"])
    value = decode(data)
    assert encode(value) == data
    return {"value": tagged(value)} if "value" in case else {}


def take_statement(case: Case) -> Any:
    if "wires" in case:
        read = [read_statement(bytes.fromhex(wire)) for wire in case["wires"]]
        ranks = [one.rank for one in read if isinstance(one, Revoke | Rotate)]
        return {"counts": ranks.index(min(ranks))}
    statement = read_statement(data_of(case["wire"]))
    if "keeps" in case:
        grant = read_grant(bytes.fromhex(case["after"]))
        assert isinstance(statement, Rotate)
        return {"keeps": statement.keeps(grant.next_key_hash)}
    if "statement" not in case:
        return {}
    said = {spec.name: getattr(statement, spec.name) for spec in fields(statement)}
    del said["wire"]
    if isinstance(statement, Grant):
        said["promise"] = said.pop("next_key_hash")
    return {"statement": {"type": type(statement).__name__.lower()} | said}


def take_entry(case: Case) -> Any:
    packed, signature, body = (data_of(case[name]) for name in ("header", "signature", "body"))
    header = decode_header(packed)
    assert header.encode() == packed
    verify(header.feed, DOMAIN, packed, signature)
    check_body(header, body)
    found: Case = {"id": entry_id(packed, signature), "fields": asdict(header)}
    if "kind" in case:
        read = read_body(body)
        found["kind"] = read.kind if isinstance(read, Unknown) else read.KIND
    return found


def take_body(case: Case) -> Any:
    body = read_body(data_of(case["body"]))
    if isinstance(body, Unknown):
        return {"kind": body.kind, "known": False}
    found: Case = {"kind": body.KIND, "known": True}
    if "fields" not in case:
        return found
    given = {spec.name: getattr(body, spec.name) for spec in fields(body)}
    said = {name: _flat(value) for name, value in given.items()}
    return found | {"fields": {name: value for name, value in said.items() if _is_said(value)}}


def _flat(value: Any) -> Any:
    """References, attachments and arrays as they stand in a body."""
    if isinstance(value, Attachment):
        return [value.cid, value.size, value.type, value.alt]
    if isinstance(value, Reference):
        return [value.account, value.feed, value.seq, value.id]
    return [_flat(item) for item in value] if isinstance(value, tuple) else value


def _is_said(value: Any) -> bool:
    return value is not None and value is not False and value != []


def raw_run(case: Case) -> RawRun:
    bodies = [
        (number(body[0]), bytes.fromhex(body[1]))
        if isinstance(body, list) and not isinstance(body[0], list)
        else data_of(body)
        for body in case["bodies"]
    ]
    previous = case["previous"]
    return RawRun(
        bytes.fromhex(case["feed"]),
        number(case["first"]),
        None if previous is None else bytes.fromhex(previous),
        [number(time) for time in case["times"]],
        bodies,
        [bytes.fromhex(signature) for signature in case["signatures"]],
    )


def take_run(case: Case) -> Any:
    tip = bytes.fromhex(case["tip"]) if "tip" in case else None
    return {"ids": verify_run(raw_run(case), tip=tip).ids}


def take_fork(case: Case) -> Any:
    proof = read_fork(data_of(case["wire"]))
    return {"feed": proof.feed, "seq": proof.seq}


def take_frame(case: Case) -> Any:
    if "prefix" in case:
        return {"length": frame_length(bytes.fromhex(case["prefix"]))}
    version = case.get("version", SYNC_1)
    frame = decode_frame(data_of(case["frame"]), version)
    assert decode_frame(encode_frame(frame, version)[4:], version) == frame
    given = fields_of(frame)
    if version != SYNC_1 and isinstance(frame, Entries):
        given.append([proof_fields(proof) for proof in frame.proofs])
    if version >= SYNC_3 and isinstance(frame, Hello):
        given.append(frame.roster)
    return {"type": _NUMBERS[type(frame)], "fields": given}


def proof_fields(proof: AbsenceProof) -> list[Any]:
    """A proof as it stands in a vector."""
    run = proof.run
    entry = run.first, run.previous, run.times[0], run.bodies[0], run.signatures[0]
    return [proof.grant, run.feed, *entry]


def take_absence(case: Case) -> Any:
    run, account = verify_run(raw_run(case)), bytes.fromhex(case["account"])
    one = {account, *map(bytes.fromhex, case["one"])}
    said = [prove(proof_in(fields)) for fields in case["proofs"]]
    explained = explain(run, account, said, lambda key, other: {key, other} <= one)
    absent = absent_numbers(run.bodies, run.first)
    return {"unexplained": [seq for seq in absent if seq not in explained]}


def proof_in(fields: list[Any]) -> AbsenceProof:
    grant, feed, seq, previous, time, body, signature = fields
    run = {"feed": feed, "first": seq, "previous": previous, "times": [time], "bodies": [body]}
    return AbsenceProof(bytes.fromhex(grant), raw_run(run | {"signatures": [signature]}))


def fields_of(frame: Any) -> list[Any]:
    """The fields of a frame as they stand in a vector."""
    if isinstance(frame, Entries):
        run = frame.run
        deltas = [run.times[0], *(b - a for a, b in zip(run.times, run.times[1:], strict=False))]
        signatures = b"".join(run.signatures)
        bodies = [list(body) if isinstance(body, tuple) else body for body in run.bodies]
        return [frame.number, run.feed, run.first, run.previous, deltas, bodies, signatures]
    if isinstance(frame, Heights):
        checks = frame.checks or [b""] * len(frame.heights)
        pairs = zip(frame.heights, checks, strict=True)
        return [[[*height, check] if check else list(height) for height, check in pairs]]
    joined = ("blinds", "feeds")
    given = {spec.name: getattr(frame, spec.name) for spec in fields(frame)}
    if isinstance(frame, Hello):
        del given["roster"]  # of the third version alone
    return [
        b"".join(value) if name in joined else _plain_field(value) for name, value in given.items()
    ]


def _plain_field(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain_field(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        if hasattr(value, "mark"):
            mark = value.mark
            return [value.epoch, mark.arrival, mark.check, value.token, value.changed]
        return [_plain_field(getattr(value, spec.name)) for spec in fields(value)]
    return value


def take_order(case: Case) -> Any:
    session = Session()
    for name, feed, first, last in case["asked"]:
        session.asked[name] = Ask(name, bytes.fromhex(feed), first, last)
    *before, last = (decode_frame(bytes.fromhex(frame)) for frame in case["frames"])
    for frame in before:
        _taken(session.receive, frame)
    session.receive(last)
    return {}


def _taken(take: Callable[..., Any], *given: Any) -> None:
    try:
        take(*given)
    except Refused as error:
        raise AssertionError("refused too early") from error


def take_interest(case: Case) -> Any:
    if "named" in case:
        days = Days()
        *before, last = case["named"]
        for named in before:
            _taken(days.note, *named)
        days.note(*last)
        return {}
    directory = Directory(bytes.fromhex(account) for account in case["accounts"])
    return {"found": directory.find(case["day"], bytes.fromhex(case["blind"]))}


def take_text(case: Case) -> Any:
    text = case["text"]
    return {"keep": keep(text), "fold": fold(text), "bare": bare(text), "tokens": tokens(text)}


def take_invite(case: Case) -> Any:
    invite = read_invite(case["link"])
    if "bytes" in case:
        assert parse_invite(bytes.fromhex(case["bytes"])) == invite
        assert read_invite(invite_text(invite)) == invite
    addresses = [one.to_bytes() for one in invite.addresses]
    return {"invite": asdict(invite) | {"addresses": addresses}}


def take_announcement(case: Case) -> Any:
    account = bytes.fromhex(case["account"])
    if "wire" in case:
        read_announcement(data_of(case["wire"]), account)
        return {}
    packed = data_of(case["sealed"])
    found = unseal(packed, account, case["day"])
    assert seal(found, case["day"]) == packed
    read: Case = {"account": found.account, "feed": found.grant.feed, "time_ms": found.time_ms}
    read["peer"] = peer_id_bytes(found.peer_id)
    read["addresses"] = [one.to_bytes() for one in found.addresses]
    read["hubs"] = [one.to_bytes() for one in found.hubs]
    return {"announcement": read, "key": record_key(account, case["day"])}


def take_group(case: Case) -> Any:
    if "operations" in case:
        return take_history(case)
    if "operation" in case:
        one = read_operation(data_of(case["operation"]))
        read: Case = {"id": one.id, "kind": one.kind.value, "target": one.target}
        return {"read": read | {"admin": one.admin, "group": one.group}}
    if "post" in case:
        post = read_post(data_of(case["post"]))
    elif "letter" in case:
        post = open_post(data_of(case["letter"]), read_epoch(data_of(case["epoch"])))
    else:
        epoch = read_epoch(data_of(case["epoch"]))
        assert epoch.wire == data_of(case["epoch"])
        box, feed = epoch.box_seed(case["day"]), case.get("feed")
        if feed is not None:
            box = epoch.device_box_seed(case["day"], data_of(feed))
        return {"read": {"id": epoch.id, "post_key": epoch.post_key, "box": box}}
    return {"read": {"id": post.id, "author": post.author, "body": post.body}}


def take_history(case: Case) -> Any:
    """The same in whatever order it comes: as it stands, and backwards."""
    operations = [read_operation(bytes.fromhex(wire)) for wire in case["operations"]]
    found = []
    for order in (operations[1:], operations[:0:-1]):
        membership = Membership(operations[0])
        for one in order:
            with suppress(errors.BadShape):
                membership.take(one)
        known = [membership.get(one.id) is None for one in operations]
        members = sorted([key, admin] for key, admin in membership.members().items())
        void = [number for number, is_void in enumerate(known) if is_void]
        found.append({"in": members, "void": void})
    assert found[0] == found[1]
    return found[0]


def take_first_word(case: Case) -> Any:
    word = read_first_word(data_of(case["wire"]))
    assert write_first_word(word) == data_of(case["wire"])
    way: Case | None = None
    match word.way:
        case FollowsWay(between):
            way = {"follows": between, "proven": sorted(word.way.proven())}
        case InviteWay(token):
            way = {"invite": token}
        case LabelWay(account):
            way = {"label": account}
    says = {
        "reason": word.reason,
        "account": word.grant.account,
        "entry": None if word.entry is None else word.entry.run.tip,
        "text": word.text,
        "name": word.name,
        "way": way,
    }
    return {"says": says}


def take_blob(case: Case) -> Any:
    if "cid" in case:
        builder = TreeBuilder()
        for index in range(leaf_count(case["size"])):
            leaf = b"\x01" + index.to_bytes(4, "big") + bytes(LEAF_SIZE - 5)
            builder.add(leaf[: leaf_size(case["size"], index)])
        return {"cid": cid_text(builder.root().cid)}
    if "block" in case:
        return {"children": decode_node(data_of(case["block"]), case["below"], case["depth"])}
    frame = decode_blob_frame(data_of(case["frame"]))
    assert decode_blob_frame(encode_blob_frame(frame)[LENGTH_SIZE:]) == frame
    number, *values = msgpack.unpackb(encode_blob_frame(frame)[LENGTH_SIZE:])
    return {"type": number, "fields": values}


def take_letter(case: Case) -> Any:
    if "account" in case:
        return {"box": door_box(bytes.fromhex(case["account"]), case["day"])}
    if "secret" in case:
        key = pair_key(bytes.fromhex(case["secret"]), case["day"], case["direction"]).public
        return {"key": key, "box": secret_box(key)}
    if "id" in case:
        return {"id": letter_id(bytes.fromhex(case["in"]), bytes(case["size"]))}
    if "stamp" in case:
        box, name = bytes.fromhex(case["in"]), bytes.fromhex(case["of"])
        return {"bits": stamp_bits(box, name, int(case["stamp"]))}
    frame = decode_letter_frame(data_of(case["frame"]))
    wire = encode_letter_frame(frame)[LENGTH_SIZE:]
    assert decode_letter_frame(wire) == frame
    return {"fields": msgpack.unpackb(wire)[1:]}


def take_attachment(case: Case) -> Any:
    if "wire" in case:
        return {"files": [said_of(one) for one in read_message(data_of(case["wire"])).attachments]}
    if "body" in case:
        return {"files": [said_of(one) for one in parsed_text(bytes.fromhex(case["body"])).files]}
    key = bytes.fromhex(case["key"])
    if "opens" in case:
        reader = SealedBlobReader(key, case["opens"])
        plain = reader.feed(bytes.fromhex(case["data"]))
        reader.finish()
        return {"plain": plain}
    size = case["sealed_of"]
    data = bytes(n % 251 for n in range(size))
    builder, chunks = TreeBuilder(), list[bytes]()
    for number in range(chunk_count(size)):
        part = data[number * CHUNK_SIZE : (number + 1) * CHUNK_SIZE]
        is_last = number == chunk_count(size) - 1
        chunks.append(seal_chunk(key, number, part, is_last=is_last))
        builder.add(chunks[-1])
    sealed = b"".join(chunks)
    assert len(sealed) == sealed_size(size)
    reader = SealedBlobReader(key, size)
    assert reader.feed(sealed) == data
    return {
        "chunk": [[len(one), sha256(one).digest()] for one in chunks],
        "blob": sha256(sealed).digest(),
        "cid": builder.root().cid,
    }


def said_of(file: MessageFile) -> dict[str, Any]:
    shown = {"type": file.type, "name": file.name, "alt": file.alt, "size": file.size}
    match file:
        case FileWithin(data=data):
            return shown | {"hash": sha256(data).digest()}
        case SealedFile(cid=cid, key=key):
            return shown | {"cid": cid, "key": key}


def take_roster(case: Case) -> Any:
    if "frame" in case:
        return take_frame(case)
    if "shown" in case:
        return {"stores": stores_after(case)}
    roster = read_roster(data_of(case["wire"]))
    said = {"store": roster.store, "epoch": roster.epoch, "version": roster.version}
    nodes = [[one.node, one.time_ms] for one in roster.consents]
    said |= {"until": roster.until_ms, "nodes": nodes}
    return {"roster": said, "id": roster_id(roster.wire)}


def stores_after(case: Case) -> list[Any]:
    book = RosterBook()
    for node, epoch, wire in case["shown"]:
        shown = bytes.fromhex(node), bytes.fromhex(wire), bytes.fromhex(epoch)
        book.show(*shown, case["now"])
    nodes = [bytes.fromhex(node) for node, _ in case.get("stores", ())]
    return [[node, book.store_of(node, case["now"])] for node in nodes]


TAKE = {
    "keys": take_key,
    "signatures": take_signature,
    "phrases": take_phrase,
    "hashes": take_hash,
    "msgpack": take_msgpack,
    "statements": take_statement,
    "entries": take_entry,
    "bodies": take_body,
    "runs": take_run,
    "forks": take_fork,
    "frames": take_frame,
    "absences": take_absence,
    "order": take_order,
    "interest": take_interest,
    "invites": take_invite,
    "announcements": take_announcement,
    "texts": take_text,
    "blobs": take_blob,
    "letters": take_letter,
    "first_words": take_first_word,
    "groups": take_group,
    "private_letters": take_private_letter,
    "attachments": take_attachment,
    "rosters": take_roster,
}
PARTS = {"entries": ("header", "signature", "body"), "frames": ("frame",)}


def spoilt(subject: str, case: Case) -> Iterator[Case]:
    """Every case that a `flip` or `cut` stands for."""
    names = PARTS.get(subject, ("wire",))
    if "cut" in case:
        name = case.get("part", names[-1])
        low, high = case["cut"]
        for length in range(low, high + 1):
            yield case | {name: case[name][: 2 * length]}
        return
    whole = bytes.fromhex("".join(case[name] for name in names))
    low, high = case["flip"]
    for bit in range(low, high + 1):
        rest, changed = flipped(whole, bit), dict(case)
        for name in names:
            size = len(case[name]) // 2
            changed[name], rest = rest[:size].hex(), rest[size:]
        yield changed


CASES = [
    pytest.param(subject, case, id=f"{subject}: {case['name']}".encode("ascii", "replace").decode())
    for subject in TAKE
    for case in load(subject)
]


@pytest.mark.parametrize(("subject", "case"), CASES)
def test_every_vector(subject: str, case: Case) -> None:
    take = TAKE[subject]
    if "flip" in case or "cut" in case:
        for changed in spoilt(subject, case):
            with pytest.raises(Refused) as refused:
                take(changed)
            assert case["rule"] in ("any", refused.value.code)
    elif "rule" in case:
        with pytest.raises(Refused) as refused:
            take(case)
        assert refused.value.code == case["rule"]
    else:
        found = plain(take(case))
        expected = {name: value for name, value in case.items() if name in found}
        assert found == expected


@pytest.mark.parametrize("case", load("sessions"), ids=lambda case: case["name"])
def test_every_session_keeps_the_rules_and_brings_what_it_says(case: Case) -> None:
    """Both directions in order, each answer to an ask of the other side, each run proven."""
    sessions = {"ann": Session(), "ben": Session()}
    if "follows" in case:
        for session in sessions.values():
            session.receive(Hello(1, "", bytes(16)))
            session.resume()
    brought = Ranges()
    for sent in case["frames"]:
        data = bytes.fromhex(sent["frame"])
        assert frame_length(data[:LENGTH_SIZE]) == len(data) - LENGTH_SIZE
        frame = decode_frame(data[LENGTH_SIZE:])
        _follow(sessions[sent["from"]], frame)
        if isinstance(frame, Get):
            other = sessions["ben" if sent["from"] == "ann" else "ann"]
            other.asked |= {ask.number: ask for ask in frame.asks}
        if isinstance(frame, Entries):
            run = verify_run(frame.run)
            brought.add(run.first, run.last)
            assert run.feed.hex() == case["feed"]
    held = Ranges((first, last) for first, last in case["entries"])
    assert all(held.covers(first, last) for first, last in brought)
    if case["name"].startswith("first"):
        assert brought == held


def _follow(session: Session, frame: Frame) -> None:
    session.receive(frame)
    if isinstance(frame, Hello) and frame.resume is not None and not frame.resume.changed:
        session.resume()


def test_there_are_as_many_as_it_takes() -> None:
    cases = [param.values[1] for param in CASES]
    refused = [case for case in cases if "rule" in case]
    assert len(cases) >= 500
    assert len(refused) >= 200
    assert sum(path_of(subject).stat().st_size for subject in SUBJECTS) < 2_000_000
    assert sum(path_of(subject).stat().st_size for subject in SUBJECTS) < 1_400_000


def test_names_are_unique_and_rules_are_codes() -> None:
    codes = {kind.code for kind in vars(errors).values() if hasattr(kind, "code")}
    for subject in TAKE:
        cases = load(subject)
        names = [case["name"] for case in cases]
        assert len(set(names)) == len(names), subject
        assert {case["rule"] for case in cases if "rule" in case} <= codes | {
            "any",
            Undecryptable.code,
        }


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_files_are_what_the_script_makes(subject: str) -> None:
    """To mend: python -m tests.vectors.make"""
    assert path_of(subject).read_text(encoding="ascii") == text_of(subject)


@pytest.mark.parametrize("subject", FORMAT)
def test_the_format_is_frozen(subject: str) -> None:
    """What is signed and hashed is for ever: a change here is a new format, not a mended test."""
    assert hashlib.sha256(path_of(subject).read_bytes()).hexdigest() == FROZEN[subject]
