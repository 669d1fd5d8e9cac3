"""A short run of the fuzzer in every test run: the vectors, and always the same changes of them."""

from __future__ import annotations

import re
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import msgpack
import pytest
from tests.budget import long
from tests.fuzz import invites, properties, texts
from tests.fuzz.__main__ import main
from tests.fuzz.canonical import is_canonical
from tests.fuzz.corpus import LONGEST
from tests.fuzz.mutator import Mutator
from tests.fuzz.properties import ACCEPTED
from tests.fuzz.signing import loosely, signed_fork
from tests.fuzz.targets import TARGETS

from sayso_protocol.accounts.enrolment import ANSWER, REQUEST, read_answer, read_request
from sayso_protocol.accounts.statement import read_statement
from sayso_protocol.codec import decode, encode
from sayso_protocol.crypto.keys import parse_key
from sayso_protocol.discovery.invite import Invite, parse_invite
from sayso_protocol.errors import BadShape, NotCanonical, Refused
from sayso_protocol.feed.entry import Header, decode_header
from sayso_protocol.feed.fork import read_fork
from sayso_protocol.feed.run import RawRun, Run, verify_run
from sayso_protocol.sync.wire.frame_codec import decode_frame

ROOT = Path(__file__).resolve().parents[2]
CHANGES = 800
"""Changed inputs of each target."""
MOST_CHANGES = 20_000
"""As many at most until a bug that was put in must have been found."""


def changing(name: str) -> Iterator[bytes]:
    """What the mutator makes of a target's corpus, without an end; the same in every run."""
    chance = Random(zlib.crc32(name.encode()))
    seeds = sorted({seed for seed in TARGETS[name].seeds() if len(seed) <= LONGEST})
    mutator = Mutator(seeds)
    while True:
        yield mutator(chance.choice(seeds), LONGEST, chance)


@cache
def changed(name: str) -> list[bytes]:
    """As many of them as every run has time for."""
    return list(islice(changing(name), CHANGES))


@pytest.mark.parametrize("name", TARGETS)
def test_the_whole_corpus(name: str) -> None:
    check, seeds = TARGETS[name]
    verdicts = Counter(map(check, seeds()))
    assert verdicts[ACCEPTED] >= 1
    assert verdicts.total() > verdicts[ACCEPTED] or name in ("id", "enrolment")


@long
@pytest.mark.parametrize("name", TARGETS)
def test_changed_vectors(name: str) -> None:
    verdicts = Counter(map(TARGETS[name].check, changed(name)))
    # What is sealed or signed cannot be changed and still open.
    assert verdicts[ACCEPTED] >= 3 or name in (
        "sealed",
        "sealed-file",
        "voucher",
        "peer-record",
        "letter",
        "knock",
        "roster-consent",
    ), "the mutator spoils too much"
    assert verdicts.total() - verdicts[ACCEPTED] > CHANGES // 10


def test_the_second_reader_knows_what_the_codec_knows() -> None:
    for data in (*changed("codec"), *TARGETS["codec"].seeds()):
        try:
            accepted = encode(decode(data)) == data
        except (NotCanonical, BadShape):
            accepted = False
        assert accepted == is_canonical(data)


def test_every_input_of_one_and_two_bytes() -> None:
    for name in ("codec", "header", "body", "statement", "fork", "frame", "column"):
        for first in range(256):
            TARGETS[name].check(bytes([first]))
    for both in range(1 << 16):
        properties.check_codec(both.to_bytes(2, "big"))


# --- what the properties are worth: each of these readers has a bug -------------------------


def lax(data: bytes) -> Any:
    """Takes every form of msgpack, longer integers and unsorted maps too."""
    value = loosely(data)
    if value is None and data != b"\xc0":
        raise NotCanonical
    encode(value)
    return value


def careless(data: bytes) -> Any:
    """Takes what follows the value."""
    unpacker = msgpack.Unpacker(strict_map_key=False)
    unpacker.feed(data)
    try:
        value = unpacker.unpack()
        return decode(data[: unpacker.tell()]) if unpacker.tell() else value
    except (msgpack.OutOfData, ValueError) as error:
        raise NotCanonical from error


def lax_header(data: bytes) -> Header:
    return decode_header(encode(lax(data)))


def leaking(data: bytes) -> Any:
    """Trusts that what stands first is a number."""
    value = decode(data)
    return decode_header(encode([value[0] + 0, *value[1:]]))


def any_order(data: bytes) -> Any:
    return read_fork(signed_fork(data))


def short_frame(data: bytes) -> Any:
    """Ignores a field too many."""
    items = loosely(data)
    if type(items) is list and len(items) == 4 and items[0] == 10:
        return decode_frame(msgpack.packb(items[:3]))
    return decode_frame(data)


def loose_statement(data: bytes) -> Any:
    """Takes a longer form of what stands around the signed bytes."""
    return read_statement(msgpack.packb(loosely(data)))


def strict_run(raw: RawRun) -> Run:
    """Refuses what is sound."""
    if raw.first == 5:
        raise BadShape
    return verify_run(raw)


def hasty_invite(data: bytes) -> Invite:
    return replace(parse_invite(data), token=None)


def stripped_key(text: str) -> bytes:
    return parse_key(text.strip())


PADDED: dict[str, Callable[[str], Any]] = {
    REQUEST: lambda text: read_request(text.replace("=", "")),
    ANSWER: lambda text: read_answer(text.replace("=", "")),
}

BROKEN: dict[str, tuple[str, Callable[[bytes], str]]] = {
    "another form": ("codec", partial(properties.check_codec, read=lax)),
    "trailing bytes": ("codec", partial(properties.check_codec, read=careless)),
    "a header in another form": ("header", partial(properties.check_header, read=lax_header)),
    "a TypeError": ("header", partial(properties.check_header, read=leaking)),
    "a longer statement": ("statement", partial(properties.check_statement, read=loose_statement)),
    "a fork in any order": ("fork", partial(properties.check_fork, read=any_order)),
    "a sound run": ("run", partial(properties.check_run, read=strict_run)),
    "a field too many": ("frame", partial(properties.check_frame, read=short_frame)),
    "blanks around a key": ("key", partial(texts.check_key_text, read=stripped_key)),
    "an id with a blank": ("id", partial(texts.check_id_text, read=bytes.fromhex)),
    "a lost token": ("invite", partial(invites.check_invite, parse=hasty_invite)),
    "padding": ("enrolment", partial(texts.check_enrolment, read=PADDED)),
}


@pytest.mark.parametrize("bug", BROKEN)
def test_a_broken_reader_is_found(bug: str) -> None:
    name, check = BROKEN[bug]
    with pytest.raises((AssertionError, TypeError, ValueError, Refused)):
        for data in islice(changing(name), MOST_CHANGES):
            check(data)


# --- the fuzzer itself ------------------------------------------------------------------


def test_the_corpus_is_written(tmp_path: Path) -> None:
    assert main(["corpus", str(tmp_path)]) == 0
    assert {folder.name for folder in tmp_path.iterdir()} == TARGETS.keys()
    for name, target in TARGETS.items():
        written = {file.read_bytes() for file in (tmp_path / name).iterdir()}
        assert written == {seed for seed in target.seeds() if len(seed) <= LONGEST}


def test_a_run_with_coverage_to_guide_it(tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="no wheel for this Python or machine, or not asked for")
    main(["corpus", str(tmp_path)])
    command = [sys.executable, "-m", "tests.fuzz", "statement", "-runs=2000", "-seed=1"]
    done = subprocess.run(
        [*command, str(tmp_path / "statement")], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "Done 2000 runs" in done.stderr


def commands() -> Iterator[str]:
    """The first argument of every command that the pages show."""
    for page in (ROOT / "CONTRIBUTING.md", ROOT / "docs" / "decisions" / "0009-fuzzing.md"):
        text = page.read_text(encoding="utf-8")
        yield from re.findall(r"(?:dev\.py fuzz|-m tests\.fuzz) ([a-z]+)", text)


def test_the_pages_name_targets_that_there_are() -> None:
    shown = set(commands())
    assert shown
    assert shown <= {"all", "corpus", *TARGETS}
