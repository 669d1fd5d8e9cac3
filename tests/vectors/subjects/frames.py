"""Section 8. `frame` is a frame without its length, `type` its number and `fields` what it says (a
run's bodies and signatures as they are in columns); `prefix` is a length of 4 bytes. With `rule`
the frame is refused for it. With `version` it is of `/sayso/sync/2`.
"""

from __future__ import annotations

import struct

from sayso_protocol.limits import (
    MAX_FEEDS_A_HAVE,
    MAX_FRAME,
    MAX_RUN_ENTRIES,
    MAX_WANTS_A_FRAME,
)

from ..cases import FEED, Case, parts
from .frame_columns import columns
from .frame_fields import out_of_range
from .frame_parts import CHECK, SOUND, TOKEN, bad, frame
from .frame_proofs import proofs
from .runs import NAME


def make() -> list[Case]:
    """Every type, other forms of it, broken fields, compressed columns, limits."""
    return [
        *_sound(),
        *_other_forms(),
        *_counts_and_types(),
        *out_of_range(),
        *_broken(),
        *columns(),
        *proofs(),
        *_limits(),
    ]


def _sound() -> list[Case]:
    return [
        {"name": name, "frame": frame(number, fields), "type": number, "fields": fields}
        for name, (number, fields) in SOUND.items()
    ]


def _other_forms() -> list[Case]:
    """Frames are not hashed: any msgpack form of them is read."""
    mark = {"type": 10, "fields": [5, CHECK]}
    forms = {
        "long head of the array": b"\xdc\0\3\x0a\x05\xc4\x08" + CHECK,
        "longest head": b"\xdd\0\0\0\3\x0a\x05\xc4\x08" + CHECK,
        "long type": b"\x93\xcc\x0a\x05\xc4\x08" + CHECK,
        "signed number": b"\x93\x0a\xd3" + struct.pack(">q", 5) + b"\xc4\x08" + CHECK,
        "long head of the bytes": b"\x93\x0a\x05\xc5\0\x08" + CHECK,
        "longest head of the bytes": b"\x93\x0a\x05\xc6\0\0\0\x08" + CHECK,
    }
    return [{"name": f"Mark, {name}", "frame": data} | mark for name, data in forms.items()]


def _counts_and_types() -> list[Case]:
    cases = []
    for name, (number, fields) in SOUND.items():
        if " " in name:
            continue
        cases.append(bad(f"{name} with a field too many", number, [*fields, None]))
        if fields:
            cases.append(bad(f"{name} with a field too few", number, fields[:-1]))
        for at in range(len(fields)):
            rule = "bad-sequence" if (name, at) == ("Entries", 2) else "bad-shape"
            broken = [*fields[:at], {}, *fields[at + 1 :]]
            cases.append(bad(f"{name}, field {at + 1} a map", number, broken, rule))
    return cases


def _broken() -> list[Case]:
    unknown = [
        ("99", 99),
        ("-1", -1),
        ("2^64-1", 2**64 - 1),
        ("nil", None),
        ("true", True),
        ("text", "0"),
    ]
    cases = [bad(f"type {name}", number, [], "protocol-violation") for name, number in unknown]
    synced, sound = frame(8, []), frame(*SOUND["Have"])
    raw = {
        "nothing": (b"", "not-canonical"),
        "an empty array": (b"\x90", "bad-shape"),
        "a number": (b"\x08", "bad-shape"),
        "a map": (b"\x80", "bad-shape"),
        "a byte behind": (synced + b"\0", "not-canonical"),
        "two frames": (synced + synced, "not-canonical"),
        "bad UTF-8": (b"\x93\x09\xa1\xff\xa0", "not-canonical"),
        "a surrogate": (b"\x93\x09\xa3\xed\xa0\x80\xa0", "not-canonical"),
        "an array of 2^32-1 items, none there": (b"\xdd\xff\xff\xff\xff", "not-canonical"),
        "16 kB of array heads": (parts((b"\xdd\xff\xff\xff\xff", 3276)), "not-canonical"),
        "10,000 deep": (parts((b"\x91", 10_000), b"\xc0"), "not-canonical"),
        "a float for the type": (b"\x91\xca\x41\0\0\0", "protocol-violation"),
    }
    cases += [{"name": name, "frame": data, "rule": rule} for name, (data, rule) in raw.items()]
    cases.append(
        {
            "name": "cut anywhere",
            "frame": sound,
            "cut": [0, len(sound) - 1],
            "rule": "not-canonical",
        }
    )
    lengths = {"0": 0, "one too many": MAX_FRAME + 1, "2^32-1": 2**32 - 1}
    return cases + [
        {"name": f"a length of {name}", "prefix": struct.pack(">I", n), "rule": "too-large"}
        for name, n in lengths.items()
    ]


def _limits() -> list[Case]:
    n = MAX_RUN_ENTRIES + 1
    runs = parts(
        b"\x98\x05\x00\xc4\x20" + FEED.public + b"\x01\xc0\xdc" + struct.pack(">H", n),
        (b"\0", n),
        b"\xdc" + struct.pack(">H", n),
        (b"\xc4\1x", n),
        b"\xc5" + struct.pack(">H", n * 64),
        (b"\0", n * 64),
    )
    names, feeds = MAX_WANTS_A_FRAME + 1, MAX_FEEDS_A_HAVE + 1
    want = (
        b"\x95\x01\0\xc6" + struct.pack(">I", names * 8),
        (bytes(8), names),
        b"\xc2\xc4\x10" + TOKEN,
    )
    offers = (b"\x93\x03\xdc" + struct.pack(">H", feeds), (b"\x92\xc4\0\x90", feeds), b"\xc2")
    heights = (b"\x92\x07\xdc" + struct.pack(">H", feeds), (b"\x92\xc4\x20" + NAME + b"\1", feeds))
    prune = (
        (b"\x92\x0c\xc5" + struct.pack(">H", feeds * 32)[:2], (NAME, feeds))
        if feeds * 32 < 2**16
        else (b"\x92\x0c\xc6" + struct.pack(">I", feeds * 32), (NAME, feeds))
    )
    long = {"Want": want, "Have": offers, "Heights": heights, "Prune": prune}
    cases = [
        {"name": f"{name}, one too many", "frame": parts(*pieces), "rule": "too-large"}
        for name, pieces in long.items()
    ]
    return [*cases, {"name": "Entries, one too many", "frame": runs, "rule": "too-large"}]
