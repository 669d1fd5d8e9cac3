"""Section 2: each personalised hash. `hash` is `use` of the fields in `of`, in that order."""

from __future__ import annotations

from sayso_protocol.crypto.hashing import account_seed, blinded, body_hash, entry_id, next_key_hash

from ..cases import ACCOUNT, FEED, STRANGER, Case

LONG = bytes(n % 251 for n in range(300))


def make() -> list[Case]:
    """Three of each."""
    signature = bytes(range(64))
    cases: list[Case] = []
    for name, data in (("nothing", b""), ("one byte", b"\0"), ("300 bytes", LONG)):
        cases.append(_case(f"body of {name}", "body hash", body_hash(data), data))
        cases.append(
            _case(
                f"id over a header of {name}",
                "entry id",
                entry_id(data, signature),
                data,
                signature,
            )
        )
    for pair in (ACCOUNT, FEED, STRANGER):
        cases.append(_case("promise", "promise of a key", next_key_hash(pair.public), pair.public))
    for index in (0, 1, 2**32 - 1):
        seed = account_seed(LONG[:64], index)
        cases.append(_case("seed", "account seed", seed, LONG[:64], index.to_bytes(4, "big")))
    for day in (0, 19_675, 2**32 - 1):
        blind = blinded(ACCOUNT.public, day)
        cases.append(
            _case("blind", "blinded account", blind, ACCOUNT.public, day.to_bytes(8, "big"))
        )
    return [case | {"name": f"{case['name']}, {n}"} for n, case in enumerate(cases, 1)]


def _case(name: str, use: str, digest: bytes, *of: bytes) -> Case:
    return {"name": name, "use": use, "of": list(of), "hash": digest}
