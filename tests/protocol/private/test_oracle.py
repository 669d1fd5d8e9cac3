"""The ratchet held against the package `doubleratchet`, which has no header encryption, but takes
hashes, curve and cipher as classes: same keys, same chains, same numbers, under loss and reorder.

See docs/decisions/0050-ratchet-oracle.md.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from typing import Any

import pytest
from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
    crypto_scalarmult,
    crypto_scalarmult_base,
)

from sayso_protocol.private import ratchet
from sayso_protocol.private.private_limits import MAX_KEPT, MAX_SKIP
from sayso_protocol.private.ratchet import Ratchet, keyed_hash

from .people import source

doubleratchet = pytest.importorskip(
    "doubleratchet", reason="the oracle is installed by `python3 dev.py test --all`"
)

ZERO = bytes(24)
DRAWN: deque[bytes] = deque()
"""Secret keys that ours drew, for the oracle to draw."""


class Root(doubleratchet.KDF):  # type: ignore[misc, name-defined]
    @classmethod
    async def derive(cls, key: bytes, data: bytes, length: int) -> bytes:
        return keyed_hash(key, data, length, b"sayso root 1")


class Chain(doubleratchet.KDF):  # type: ignore[misc, name-defined]
    @classmethod
    async def derive(cls, key: bytes, data: bytes, length: int) -> bytes:
        return keyed_hash(key, b"", length, b"sayso chain 1")


class Curve(doubleratchet.diffie_hellman_ratchet.DiffieHellmanRatchet):  # type: ignore[misc, name-defined]
    @staticmethod
    def _generate_priv() -> bytes:
        return DRAWN.popleft()

    @staticmethod
    def _derive_pub(priv: bytes) -> bytes:
        return bytes(crypto_scalarmult_base(priv))

    @staticmethod
    def _perform_diffie_hellman(own_priv: bytes, other_pub: bytes) -> bytes:
        return bytes(crypto_scalarmult(own_priv, other_pub))


class Cipher(doubleratchet.AEAD):  # type: ignore[misc, name-defined]
    @staticmethod
    async def encrypt(plaintext: bytes, key: bytes, associated_data: bytes) -> bytes:
        return bytes(
            crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, associated_data, ZERO, key)
        )

    @staticmethod
    async def decrypt(ciphertext: bytes, key: bytes, associated_data: bytes) -> bytes:
        return bytes(
            crypto_aead_xchacha20poly1305_ietf_decrypt(ciphertext, associated_data, ZERO, key)
        )


class Oracle(doubleratchet.DoubleRatchet):  # type: ignore[misc, name-defined]
    @staticmethod
    def _build_associated_data(associated_data: bytes, header: Any) -> bytes:
        numbers = header.previous_sending_chain_length, header.sending_chain_length
        return bytes(
            associated_data + header.ratchet_pub + b"".join(n.to_bytes(4, "big") for n in numbers)
        )


SETTINGS: dict[str, Any] = {
    "diffie_hellman_ratchet_class": Curve,
    "root_chain_kdf": Root,
    "message_chain_kdf": Chain,
    "message_chain_constant": b"\x01",
    "dos_protection_threshold": MAX_SKIP,
    "max_num_skipped_message_keys": MAX_KEPT,
    "aead": Cipher,
}


async def compared(seed: int, sealed: list[tuple[bytes, bytes]]) -> int:
    """One schedule of both; gives the number of comparisons."""
    dice, draw, drawn = random.Random(seed), source(("oracle", seed)), list[bytes]()

    def noting(size: int) -> bytes:
        found = draw(size)
        drawn.extend([found] if size == 32 else [])
        return found

    shared, week = draw(32), draw(32)
    week_public = crypto_scalarmult_base(week)
    sides = [
        Ratchet.initiate(shared, week_public, bytes(32), noting),
        Ratchet.respond(shared, week, bytes(32)),
    ]
    oracles: list[Any] = [None, None]
    air: list[list[tuple[bytes, Any, bytes]]] = [[], []]
    count = 0
    for _ in range(120):
        who = dice.randrange(2)
        if dice.random() < 0.55 and sides[who].can_send:
            text = dice.randbytes(dice.randrange(60))
            sealed.clear()
            letter = sides[who].encrypt(text, noting)
            (header, _), (_, key) = sealed
            if oracles[who] is None:
                DRAWN.append(drawn[0])
                oracles[who], theirs = await Oracle.encrypt_initial_message(
                    shared_secret=shared, recipient_ratchet_pub=week_public, message=text,
                    associated_data=b"", **SETTINGS,
                )  # fmt: skip
            else:
                theirs = await oracles[who].encrypt_message(text, b"")
            assert theirs.header.ratchet_pub == header[:32]
            before, number = (int.from_bytes(header[at : at + 4], "big") for at in (32, 36))
            assert theirs.header.previous_sending_chain_length == before
            assert theirs.header.sending_chain_length == number
            bound = Oracle._build_associated_data(b"", theirs.header)
            assert theirs.ciphertext == await Cipher.encrypt(text, key, bound)
            if dice.random() > 0.1:
                air[1 - who].append((letter, theirs, text))
        elif air[who]:
            letter, theirs, text = air[who].pop(dice.randrange(min(6, len(air[who]))))
            before = len(drawn)
            assert sides[who].decrypt(letter, 0, noting) == text
            DRAWN.extend(drawn[before:])
            if oracles[who] is None:
                oracles[who], got = await Oracle.decrypt_initial_message(
                    shared_secret=shared, own_ratchet_priv=week, message=theirs,
                    associated_data=b"", **SETTINGS,
                )  # fmt: skip
            else:
                got = await oracles[who].decrypt_message(theirs, b"")
            assert got == text
            assert not DRAWN, "ours turned where the oracle did not"
            kept = oracles[who].model.skipped_message_keys
            assert len(kept) == len(sides[who].skipped)
        else:
            continue
        count += 1
    return count


def run(seeds: range, monkeypatch: pytest.MonkeyPatch) -> int:
    sealed: list[tuple[bytes, bytes]] = []
    seal = ratchet.seal

    def noted(plain: bytes, bound: bytes, nonce: bytes, key: bytes) -> bytes:
        sealed.append((plain, key))
        return seal(plain, bound, nonce, key)

    monkeypatch.setattr(ratchet, "seal", noted)
    return sum(asyncio.run(compared(seed, sealed)) for seed in seeds)


def test_keys_chains_and_numbers_are_the_oracles(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(range(10), monkeypatch) > 900


@pytest.mark.long
def test_over_many_schedules(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(range(10, 300), monkeypatch) > 25_000
