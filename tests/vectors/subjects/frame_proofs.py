"""`Entries` of version 2, which has proofs of absent bodies."""

from __future__ import annotations

from typing import Any

from sayso_protocol.limits import MAX_BODY, MAX_GRANT, MAX_PROOFS

from ..cases import FEED, Case
from .absences import body_of, proof_of
from .frame_parts import ENTRIES, SOUND, frame
from .runs import NAME

PROOF = proof_of(body_of(5))
SHORT = [b"", FEED.public, 1, None, 0, b"x", bytes(64)]
BLANK = [1, FEED.public, 1, None, [0], [[5, NAME]], bytes(64)]


def proofs() -> list[Case]:
    """Sound ones, and broken ones; and what another version has."""
    many = [1, FEED.public, 1, None, [0] * 40, [[5, NAME]] * 40, bytes(40 * 64)]
    sound: dict[str, list[Any]] = {
        "without proofs": [*ENTRIES, []],
        "with a proof": [*BLANK, [PROOF]],
        "with an absent body and no proof": [*BLANK, []],
        "with as many proofs as may be": [*many, [SHORT] * MAX_PROOFS],
        "with a grant that nobody reads": [*BLANK, [[b"", *PROOF[1:]]]],
    }
    broken: dict[str, tuple[list[Any], str]] = {
        "without the field": (ENTRIES, "bad-shape"),
        "with a field too many": ([*ENTRIES, [], []], "bad-shape"),
        "with proofs that are a map": ([*ENTRIES, {}], "bad-shape"),
        "with a proof where no body is absent": ([*ENTRIES, [PROOF]], "bad-shape"),
        "with more proofs than absent bodies": ([*BLANK, [PROOF] * 2], "bad-shape"),
        "with more proofs than may be": ([*many, [SHORT] * (MAX_PROOFS + 1)], "too-large"),
        "with a proof of six parts": ([*BLANK, [PROOF[:6]]], "bad-shape"),
        "with a proof of eight parts": ([*BLANK, [[*PROOF, None]]], "too-large"),
        "with a proof whose body is absent": (_changed(5, [5, NAME]), "bad-shape"),
        "with a proof with a long body": (_changed(5, b"x" * (MAX_BODY + 1)), "bad-shape"),
        "with a proof with a long grant": (_changed(0, b"x" * (MAX_GRANT + 1)), "bad-shape"),
        "with a proof with number 0": (_changed(2, 0), "bad-sequence"),
        "with a proof with a negative time": (_changed(4, -1), "bad-shape"),
        "with a proof with a short signature": (_changed(6, bytes(63)), "bad-shape"),
        "with a proof of a short feed": (_changed(1, bytes(31)), "bad-shape"),
        "with a proof with a short name": (_changed(3, bytes(31)), "bad-shape"),
    }
    return [
        *(_case(name, fields) | {"type": 5, "fields": fields} for name, fields in sound.items()),
        *(_case(name, fields) | {"rule": rule} for name, (fields, rule) in broken.items()),
        _case("Synced, which is the same", [], 8) | {"type": 8, "fields": SOUND["Synced"][1]},
    ]


def _case(name: str, fields: list[Any], number: int = 5) -> Case:
    shown = name if number != 5 else f"Entries {name}"
    return {"name": f"version 2: {shown}", "frame": frame(number, fields), "version": 2}


def _changed(at: int, value: Any) -> list[Any]:
    return [*BLANK, [[*PROOF[:at], value, *PROOF[at + 1 :]]]]
