"""Section 7. A run of a feed of `account`, some bodies of which are absent, and `proofs` as they
stand in `Entries` of version 2: grant, feed, seq, previous, time, body, signature. `one` are keys
that are one with the account, by rotations. `unexplained` are the numbers of the absent bodies that
no proof explains; with `rule` a proof is refused for it.
"""

from __future__ import annotations

from typing import Any

from sayso_protocol.codec import encode
from sayso_protocol.crypto.hashing import body_hash
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.limits import MAX_SEQ

from ..cases import ACCOUNT, AT, FEED, NEXT, STRANGER, Case
from .runs import NAME, run, signed
from .statements import PROMISE, wire_of

DEVICE, OTHERS = (KeyPair.from_seed(bytes([n]) * 32) for n in (5, 6))
RUN = run(3, 5)


def make() -> list[Case]:
    """What explains an absent body, and what does not."""
    return [*_explained(), *_unexplained(), *_refused()]


def grant_of(account: KeyPair, feed: KeyPair) -> bytes:
    """The grant of a feed on the wire."""
    return wire_of([1, "grant", account.public, feed.public, PROMISE], account, feed)


def body_of(*seqs: int, **changed: Any) -> bytes:
    """A retraction of entries of the run."""
    references = []
    for seq in seqs:
        named = {
            "account": ACCOUNT.public,
            "feed": FEED.public,
            "seq": seq,
            "id": RUN["ids"][seq - RUN["first"]],
        } | changed
        references.append([named["account"], named["feed"], named["seq"], named["id"]])
    return encode({"kind": "retract", "of": references})


def proof_of(
    body: bytes,
    account: KeyPair = ACCOUNT,
    feed: KeyPair = DEVICE,
    first: int = 1,
    **changed: Any,
) -> list[Any]:
    """A proof as it stands in a frame."""
    one = signed(first, None if first == 1 else NAME, [AT], [body], key=feed)
    proof = {
        "grant": grant_of(account, feed),
        "feed": feed.public,
        "seq": first,
        "previous": one["previous"],
        "time": AT,
        "body": body,
        "signature": one["signatures"][0],
    }
    return list((proof | changed).values())


def _case(
    name: str,
    absent: list[int],
    proofs: list[list[Any]],
    unexplained: list[int] | None = None,
    **more: Any,
) -> Case:
    bodies = [
        [len(body), body_hash(body)] if seq in absent else body
        for seq, body in enumerate(RUN["bodies"], RUN["first"])
    ]
    given = RUN | {"bodies": bodies}
    del given["ids"]
    found: Case = {"name": name} | given | {"account": ACCOUNT.public, "proofs": proofs}
    found |= {"one": []} | more
    return found if unexplained is None else found | {"unexplained": unexplained}


def _explained() -> list[Case]:
    rotated = proof_of(body_of(5), NEXT, OTHERS)
    return [
        _case("nothing is absent", [], [], []),
        _case("by another device", [5], [proof_of(body_of(5))], []),
        _case(
            "by a later entry of the same feed", [5], [proof_of(body_of(5), feed=FEED, first=9)], []
        ),
        _case("by the last entry there may be", [5], [proof_of(body_of(5), first=MAX_SEQ)], []),
        _case("several by one", [3, 5, 7], [proof_of(body_of(7, 3, 5))], []),
        _case(
            "several, each by its own",
            [3, 4],
            [proof_of(body_of(3)), proof_of(body_of(4), first=2)],
            [],
        ),
        _case("by a key that the account was rotated to", [5], [rotated], [], one=[NEXT.public]),
        _case("beside what the retraction names besides", [5], [proof_of(body_of(3, 4, 5))], []),
    ]


def _unexplained() -> list[Case]:
    rotated = proof_of(body_of(5), NEXT, OTHERS)
    return [
        _case("without a proof", [5], [], [5]),
        _case("all without a proof", [3, 4, 5, 6, 7], [], [3, 4, 5, 6, 7]),
        _case("another entry is named", [6], [proof_of(body_of(5))], [6]),
        _case("one of two is named", [5, 6], [proof_of(body_of(5))], [6]),
        _case("by somebody else", [5], [proof_of(body_of(5), STRANGER, OTHERS)], [5]),
        _case("by a key that is not one with it", [5], [rotated], [5]),
        _case("with another number", [5], [proof_of(body_of(5, seq=4))], [5]),
        _case("with another feed", [5], [proof_of(body_of(5, feed=DEVICE.public))], [5]),
        _case("with another account", [5], [proof_of(body_of(5, account=STRANGER.public))], [5]),
        _case("with another id", [5], [proof_of(body_of(5, id=RUN["ids"][0]))], [5]),
    ]


def _refused() -> list[Case]:
    sound = proof_of(body_of(5))
    post = encode({"kind": "post", "text": "x"})
    empty = encode({"kind": "retract", "of": []})
    broken: dict[str, tuple[list[Any], str]] = {
        "unsigned": (proof_of(body_of(5), signature=bytes(64)), "bad-signature"),
        "with another time": ([*sound[:4], AT + 1, *sound[5:]], "bad-signature"),
        "with another body": ([*sound[:5], body_of(4), sound[6]], "bad-signature"),
        "the grant of another feed": (
            proof_of(body_of(5), grant=grant_of(ACCOUNT, FEED)),
            "not-granted",
        ),
        "a grant that is none": (proof_of(body_of(5), grant=b"x"), "bad-shape"),
        "a grant that its feed did not sign": (
            proof_of(body_of(5), grant=_unsigned_grant()),
            "bad-signature",
        ),
        "a post": (proof_of(post), "bad-shape"),
        "a retraction of nothing": (proof_of(empty), "bad-shape"),
        "a body that is none": (proof_of(b"x"), "bad-shape"),
        "a first entry that names one before it": (
            proof_of(body_of(5), previous=NAME),
            "bad-sequence",
        ),
    }
    return [_case(name, [5], [proof], rule=rule) for name, (proof, rule) in broken.items()]


def _unsigned_grant() -> bytes:
    return wire_of([1, "grant", ACCOUNT.public, DEVICE.public, PROMISE], ACCOUNT, OTHERS)
