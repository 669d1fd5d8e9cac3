"""Section 1. `bytes` is the canonical encoding of `value`, in which {"bytes": …}, {"integer": …}
and {"map": …} stand for what JSON has not; where `bytes` is long it is given as [piece, times]
each, and the value left out. Values that say nothing more may be left out. With `rule` it is
refused.
"""

from __future__ import annotations

import struct

from sayso_protocol.codec import encode

from ..cases import Case, parts, tagged

INTEGERS = [
    *(0, 1, 127, 128, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1),
    *(-1, -32, -33, -128, -129, -32768, -32769, -(2**31), -(2**31) - 1, -(2**63)),
]
FORMS = {
    **{0xCC + n: f">{code}" for n, code in enumerate("BHIQ")},
    **{0xD0 + n: f">{code}" for n, code in enumerate("bhiq")},
}


def make() -> list[Case]:
    """Sound values, then the other forms of each type, then what is no value here."""
    return [
        *_sound(),
        *_long_integers(),
        *_long_heads(),
        *_not_values(),
        *_texts(),
        *_maps(),
        *_ends(),
        *_sizes(),
    ]


def _good(name: str, value: object) -> Case:
    return {"name": name, "bytes": encode(value), "value": tagged(value)}


def _bad(name: str, data: bytes, rule: str = "not-canonical") -> Case:
    return {"name": name, "bytes": data, "rule": rule}


def _sound() -> list[Case]:
    nested: object = None
    for _ in range(8):
        nested = [nested]
    keys = {"": 0, "A": 1, "a": 2, "aa": 3, "b": 4, "é": 5, "\uffff": 6, "😀": 7}
    values = {
        "nil": None,
        "true": True,
        "false": False,
        "text with NUL": "a\0b",
        "text not normalised": "e\u0301 \u00e9",
        "bytes that look like text": b"text",
        "mixed array": [None, True, 1, -1, "a", b"a", [], {}],
        "keys in the order of their bytes": keys,
        "map in a map": {"a": {"b": {"c": []}}},
        "eight deep": nested,
    }
    cases = [_good(name, value) for name, value in values.items()]
    cases += [_good(f"integer {n}", n) for n in INTEGERS]
    for n in (0, 1, 31, 32, 255, 256):
        cases += [_good(f"text of {n}", "x" * n), _good(f"bytes of {n}", b"x" * n)]
    for n in (0, 1, 15, 16):
        keys = {f"{k:02}": k for k in range(n)}
        cases += [_good(f"array of {n}", [0] * n), _good(f"map of {n}", keys)]
    large = {
        "text of 65535": parts(b"\xda\xff\xff", (b"x", 65535)),
        "text of 65536": parts(b"\xdb\0\1\0\0", (b"x", 65536)),
        "bytes of 65535": parts(b"\xc5\xff\xff", (b"x", 65535)),
        "bytes of 65536": parts(b"\xc6\0\1\0\0", (b"x", 65536)),
        "array of 1024": parts(b"\xdc\4\0", (b"\xc0", 1024)),
    }
    return cases + [{"name": name, "bytes": data} for name, data in large.items()]


def _long_integers() -> list[Case]:
    cases = []
    for n in INTEGERS:
        for head, code in FORMS.items():
            try:
                data = bytes([head]) + struct.pack(code, n)
            except struct.error:
                continue
            if data != encode(n):
                cases.append(_bad(f"integer {n} as {head:02x}", data))
    return cases


def _long_heads() -> list[Case]:
    heads = {
        "text": ((0xD9, ">B"), (0xDA, ">H"), (0xDB, ">I")),
        "bytes": ((0xC4, ">B"), (0xC5, ">H"), (0xC6, ">I")),
        "array": ((0xDC, ">H"), (0xDD, ">I")),
    }
    items = {"text": b"x", "bytes": b"x", "array": b"\xc0"}
    values = {"text": "x", "bytes": b"x", "array": [None]}
    cases = []
    for kind, forms in heads.items():
        for n in (0, 1, 15, 16, 31, 32, 255, 256):
            for head, code in forms:
                if n > 255 and code == ">B":
                    continue
                data = bytes([head]) + struct.pack(code, n) + items[kind] * n
                if data != encode(values[kind] * n):
                    cases.append(_bad(f"{kind} of {n} as {head:02x}", data))
    for head in (b"\xde\0\1", b"\xdf\0\0\0\1"):
        cases.append(_bad(f"map of 1 as {head[:1].hex()}", head + b"\xa1a\x01"))
    return cases


def _not_values() -> list[Case]:
    outside = {
        "float 32": b"\xca" + struct.pack(">f", 1.5),
        "float 32 that is whole": b"\xca" + struct.pack(">f", 1),
        "float 64": b"\xcb" + struct.pack(">d", 0.1),
        "float 64 zero": b"\xcb" + bytes(8),
        "float 64 not a number": b"\xcb\x7f\xf8" + bytes(6),
        "float 64 infinite": b"\xcb\x7f\xf0" + bytes(6),
        "fixext 1": b"\xd4\x05\0",
        "fixext 2": b"\xd5\x05\0\0",
        "fixext 4": b"\xd6\x05" + bytes(4),
        "fixext 8": b"\xd7\x05" + bytes(8),
        "fixext 16": b"\xd8\x05" + bytes(16),
        "ext 8": b"\xc7\x03\x05abc",
        "ext 8 of nothing": b"\xc7\0\x05",
        "ext 16": b"\xc8\0\x03\x05abc",
        "ext 32": b"\xc9\0\0\0\x03\x05abc",
        "timestamp 32": b"\xd6\xff" + bytes(4),
        "timestamp 64": b"\xd7\xff" + bytes(8),
        "timestamp 96": b"\xc7\x0c\xff" + bytes(12),
        "float in an array": b"\x91\xca" + bytes(4),
        "float in a map": b"\x81\xa1a\xca" + bytes(4),
    }
    cases = [_bad(name, data, "bad-shape") for name, data in outside.items()]
    return [*cases, _bad("the byte c1, never used", b"\xc1")]


def _texts() -> list[Case]:
    broken = {
        "lone continuation": b"\x80",
        "byte ff": b"\xff",
        "overlong NUL": b"\xc0\x80",
        "overlong slash of three": b"\xe0\x80\xaf",
        "overlong slash of four": b"\xf0\x80\x80\xaf",
        "high surrogate": b"\xed\xa0\x80",
        "low surrogate": b"\xed\xbf\xbf",
        "surrogate pair": b"\xed\xa0\xbd\xed\xb8\x80",
        "above U+10FFFF": b"\xf4\x90\x80\x80",
        "of five bytes": b"\xf8\x88\x80\x80\x80",
        "cut character": b"\xe2\x82",
        "Latin-1": b"caf\xe9",
    }
    cases = [
        _bad(f"bad UTF-8: {name}", bytes([0xA0 | len(data)]) + data)
        for name, data in broken.items()
    ]
    return [*cases, _bad("bad UTF-8 in a key", b"\x81\xa1\xff\x01")]


def _maps() -> list[Case]:
    cases = {
        "keys out of order": b"\x82\xa1b\x01\xa1a\x02",
        "longer key first": b"\x82\xa2aa\x01\xa1a\x02",
        "keys in the order of UTF-16": b"\x82\xa4\xf0\x9f\x98\x80\x01\xa3\xef\xbf\xbf\x02",
        "a key twice": b"\x82\xa1a\x01\xa1a\x02",
        "a key twice with one value": b"\x82\xa1a\x01\xa1a\x01",
        "a key twice, apart": b"\x83\xa1a\x01\xa1b\x02\xa1a\x01",
        "out of order inside": b"\x91\x82\xa1b\x01\xa1a\x02",
        "a key with a long head": b"\x81\xd9\x01a\x01",
    }
    keys = {"an integer": b"\x01", "bytes": b"\xc4\x01a", "nil": b"\xc0", "true": b"\xc3"}
    return [_bad(name, data) for name, data in cases.items()] + [
        _bad(f"{name} for a key", b"\x81" + key + b"\x01", "bad-shape")
        for name, key in keys.items()
    ]


def _ends() -> list[Case]:
    whole = encode({"a": [1, 300, b"xy"], "kind": "é"})
    cases = [_bad(f"cut after {n} bytes", whole[:n]) for n in range(len(whole))]
    after = {"nil": b"\xc0", "itself": whole, "a NUL": b"\0", "half a value": b"\xcd\x01"}
    cases += [_bad(f"followed by {name}", whole + data) for name, data in after.items()]
    declared = {
        "array of 2^32-1 items, none there": b"\xdd\xff\xff\xff\xff",
        "map of 2^32-1 pairs, none there": b"\xdf\xff\xff\xff\xff",
        "text of 2^32-1 bytes, none there": b"\xdb\xff\xff\xff\xff",
        "bytes of 2^32-1, none there": b"\xc6\xff\xff\xff\xff",
        "map with a key and no value": b"\x81\xa1a",
    }
    return cases + [_bad(name, data) for name, data in declared.items()]


def _sizes() -> list[Case]:
    pairs = b"".join(b"\xa4%04d\xc0" % n for n in range(1025))
    return [
        _bad("nine deep", b"\x91" * 9 + b"\xc0", "bad-shape"),
        _bad("nine deep, maps", b"\x81\xa1a" * 9 + b"\xc0", "bad-shape"),
        _bad("nine deep, the last empty", b"\x91" * 8 + b"\x90", "bad-shape"),
        {
            "name": "array of 1025",
            "bytes": parts(b"\xdc\4\1", (b"\xc0", 1025)),
            "rule": "not-canonical",
        },
        _bad("map of 1025", b"\xde\4\1" + pairs),
    ]
