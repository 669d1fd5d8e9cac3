"""Section 16. `link` is the text of an invite and reads as `invite`, of which `addresses` are
multiaddrs in binary form; where `bytes` stand beside it, they are what the text holds before its
check sum. With `rule` the link is refused for it.
"""

from __future__ import annotations

from base64 import b32encode
from typing import Any

from sayso_protocol.crypto.hashing import invite_check, next_key_hash
from sayso_protocol.limits import MAX_SEQ

from ..cases import ACCOUNT, FEED, NEXT, STRANGER, Case
from .points import SMALL_ORDER

NODE = bytes([1]) + ACCOUNT.public + STRANGER.public
PEER = bytes.fromhex("002408011220")
"""What stands before an Ed25519 key in a libp2p peer id."""

IP4 = bytes.fromhex("cb00714d0fa1")
IP6 = bytes.fromhex("20010db80001000200030004000500060fa1")
ADDRESS4 = bytes.fromhex("04cb00714d060fa1")
ADDRESS6 = bytes.fromhex("2920010db8000100020003000400050006060fa1")
ONION = bytes.fromhex("bd03") + bytes(range(35)) + bytes.fromhex("0fa1")
NAME = b"\x35\x10home.example.org\x06\x0f\xa1"
RELAY = b"\xa5\x03\x26" + PEER + FEED.public + b"\xa2\x02"
PROMISE, TOKEN = next_key_hash(NEXT.public)[:16], bytes(range(6))
ID = bytes(range(8))
NOTHING: dict[str, Any] = {
    "account": ACCOUNT.public,
    "node": STRANGER.public,
    "addresses": [],
    "promise": None,
    "heads": [],
    "token": None,
    "list_name": None,
}


def field(kind: int, value: bytes) -> bytes:
    """A field of an invite."""
    size = bytes([31, len(value)]) if len(value) > 30 else bytes([len(value)])
    return bytes([kind << 5 | size[0]]) + size[1:] + value


def link(data: bytes, check: bytes | None = None) -> str:
    """The text of any bytes, with their check sum unless another is given."""
    whole = data + (invite_check(data)[:3] if check is None else check)
    return "sayso:" + b32encode(whole).decode().rstrip("=").lower()


def make() -> list[Case]:
    """Sound ones of each content and spelling, and refused ones."""
    return [*_sound(), *_spelled(), *_refused_texts(), *_refused_fields()]


def _sound() -> list[Case]:
    head = {"feed": FEED.public, "seq": MAX_SEQ, "id": ID}
    kinds: dict[str, tuple[bytes, dict[str, Any]]] = {
        "account and node alone": (b"", {}),
        "an IPv4 address": (field(0, IP4), {"addresses": [ADDRESS4]}),
        "an IPv6 address": (field(1, IP6), {"addresses": [ADDRESS6]}),
        "both, the first one first": (
            field(1, IP6) + field(0, IP4),
            {"addresses": [ADDRESS6, ADDRESS4]},
        ),
        "an IPv4 address of a relay": (
            field(0, IP4 + FEED.public),
            {"addresses": [ADDRESS4 + RELAY]},
        ),
        "an onion service": (field(2, ONION), {"addresses": [ONION]}),
        "a host name": (field(2, NAME), {"addresses": [NAME]}),
        "a host name of a relay": (field(2, NAME + RELAY), {"addresses": [NAME + RELAY]}),
        "an address of UDP, which is passed over": (
            field(2, bytes.fromhex("04cb00714d91020fa1")) + field(0, IP4),
            {"addresses": [ADDRESS4]},
        ),
        "an address that names its peer, which is passed over": (
            field(2, NAME + b"\xa5\x03\x26" + PEER + FEED.public),
            {},
        ),
        "a promise, cut": (field(3, PROMISE), {"promise": PROMISE}),
        "a promise, whole": (
            field(3, next_key_hash(NEXT.public)),
            {"promise": next_key_hash(NEXT.public)},
        ),
        "a head": (field(4, FEED.public + ID + b"\xff" * 8 + b"\x7f"), {"heads": [head]}),
        "a token": (field(5, TOKEN), {"token": TOKEN}),
        "a list": (field(6, "Büro 你好".encode()), {"list_name": "Büro 你好"}),
        "two addresses, promise and token": (
            field(0, IP4) + field(1, IP6) + field(3, PROMISE) + field(5, TOKEN),
            {"addresses": [ADDRESS4, ADDRESS6], "promise": PROMISE, "token": TOKEN},
        ),
        "fields of a later kind, which are passed over": (
            field(7, b"\x01later") + field(5, TOKEN) + field(7, b"") + field(7, bytes(40)),
            {"token": TOKEN},
        ),
        "a size that is longer than it need be": (
            bytes([5 << 5 | 31, len(TOKEN)]) + TOKEN,
            {"token": TOKEN},
        ),
    }
    return [
        {"name": name, "link": link(NODE + more), "bytes": NODE + more, "invite": NOTHING | said}
        for name, (more, said) in kinds.items()
    ]


def _spelled() -> list[Case]:
    text = link(NODE)
    letters = text.removeprefix("sayso:")
    forms = {
        "capitals": text.upper(),
        "capitals here and there": "Sayso:" + letters.upper(),
        "in groups": "sayso:" + "-".join(letters[at : at + 5] for at in range(0, len(letters), 5)),
        "over several lines": f"  {text[:40]}\r\n\t{text[40:77]} \n{text[77:]}\n",
        "a blank behind the colon": "sayso: " + letters,
        "slashes behind the colon": "sayso://" + letters,
        "blanks of other widths": text[:30] + "\u00a0\u2009\u3000" + text[30:],
        "soft hyphen, and signs without width": f"\ufeff{text[:50]}\u00ad\u200b{text[50:]}\u2060",
    }
    return [{"name": name, "link": form, "invite": NOTHING} for name, form in forms.items()]


def _refused_texts() -> list[Case]:
    text = link(NODE)
    swapped = text[:20] + text[21] + text[20] + text[22:]
    foreign = {
        "nothing": "",
        "no scheme": text.removeprefix("sayso:"),
        "another scheme": "https://example.org/" + text,
        "a key": "z6Mkon3Necd6NkkyfoGoHxid2znGc59LU3K7mubaRcFbLfLX",
        "a colon too few": text.replace(":", ""),
    }
    spoilt = {
        "the scheme alone": "sayso:",
        "a letter too few": text[:-1],
        "a letter too many": text + "a",
        "the first half": text[: len(text) // 2],
        "one letter another": text[:30] + ("b" if text[30] != "b" else "c") + text[31:],
        "two letters exchanged": swapped,
        "a digit that base32 has not": text[:30] + "1" + text[31:],
        "padding": text + "=" * 6,
        "a letter of another script that is ASCII as a capital": text[:30] + "\u017f" + text[31:],
        "spare bits": text[:-1] + ("h" if text[-1] != "h" else "g"),
        "another check sum": link(NODE, bytes(3)),
        "a check sum alone": link(b""),
    }
    assert swapped != text
    cases = [{"name": name, "link": bad, "rule": "bad-text"} for name, bad in foreign.items()]
    cases += [{"name": name, "link": bad, "rule": "mistyped"} for name, bad in spoilt.items()]
    return cases


def _refused_fields() -> list[Case]:
    keys = ACCOUNT.public, STRANGER.public
    small, relay = SMALL_ORDER[3], SMALL_ORDER[0]
    bad: dict[str, tuple[bytes, str]] = {
        "version 0": (b"\0" + NODE[1:], "unknown-version"),
        "version 2": (b"\2" + NODE[1:], "unknown-version"),
        "no whole node": (NODE[:-1], "bad-shape"),
        "an account that is no key": (b"\1" + small + keys[1], "bad-key"),
        "a node that is no key": (b"\1" + keys[0] + small, "bad-key"),
        "a field without its size": (NODE + b"\x1f", "bad-shape"),
        "a field that is cut off": (NODE + field(5, TOKEN)[:-1], "bad-shape"),
        "a later field that is cut off": (NODE + field(7, TOKEN)[:-1], "bad-shape"),
        "an IPv4 address that is too long": (NODE + field(0, IP4 + b"\0"), "bad-shape"),
        "an IPv6 address that is too short": (NODE + field(1, IP6[:-1]), "bad-shape"),
        "a relay that is no key": (NODE + field(0, IP4 + relay), "bad-key"),
        "nine addresses": (NODE + 9 * field(0, IP4), "bad-shape"),
        "an address that is too long": (NODE + field(2, bytes(129)), "too-large"),
        "a promise that is too short": (NODE + field(3, PROMISE[:15]), "bad-shape"),
        "a promise that is too long": (NODE + field(3, bytes(33)), "bad-shape"),
        "two promises": (NODE + 2 * field(3, PROMISE), "bad-shape"),
        "a head without number": (NODE + field(4, FEED.public + ID), "bad-shape"),
        "a head with number 0": (NODE + field(4, FEED.public + ID + b"\0"), "bad-shape"),
        "a head with something behind": (NODE + field(4, FEED.public + ID + b"\1\1"), "bad-shape"),
        "a head of no key": (NODE + field(4, small + ID + b"\1"), "bad-key"),
        "a token that is too short": (NODE + field(5, TOKEN[:5]), "bad-shape"),
        "a token that is too long": (NODE + field(5, bytes(33)), "bad-shape"),
        "two tokens": (NODE + 2 * field(5, TOKEN), "bad-shape"),
        "an empty list": (NODE + field(6, b""), "bad-shape"),
        "a list of two lines": (NODE + field(6, b"a\nb"), "bad-shape"),
        "a list that is no UTF-8": (NODE + field(6, b"\xff"), "bad-shape"),
        "a list that is too long": (NODE + field(6, b"a" * 65), "bad-shape"),
    }
    cases = [{"name": name, "link": link(data), "rule": rule} for name, (data, rule) in bad.items()]
    return [
        *cases,
        {
            "name": "more bytes than any has",
            "link": link(NODE + 4 * field(7, bytes(255))),
            "rule": "too-large",
        },
    ]
