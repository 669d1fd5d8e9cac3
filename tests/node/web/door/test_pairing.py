"""Pairing by a short code: few attempts, little time, once."""

from __future__ import annotations

from sayso_node.web.door.pairing import ALPHABET, ATTEMPTS, CODE_SECONDS, PairedSessions


def _wrong(code: str) -> str:
    last = ALPHABET[(ALPHABET.index(code[-1]) + 1) % len(ALPHABET)]
    return code[:-1] + last


def test_a_code_opens_one_session() -> None:
    sessions = PairedSessions(lambda: 0.0)
    code = sessions.make_link()
    value = sessions.redeem(f" {code.lower().replace('-', '')}")
    assert value is not None
    assert sessions.find(value) is not None
    assert sessions.redeem(code) is None


def test_a_code_ends_with_time_with_attempts_and_with_the_next() -> None:
    now = 0.0
    sessions = PairedSessions(lambda: now)
    assert sessions.redeem("") is None
    code = sessions.make_link()
    now = CODE_SECONDS
    assert sessions.redeem(code) is None
    code = sessions.make_link()
    assert [sessions.redeem(_wrong(code)) for _ in range(ATTEMPTS - 1)] == [None] * (ATTEMPTS - 1)
    assert sessions.redeem(code) is not None
    code = sessions.make_link()
    for _ in range(ATTEMPTS):
        assert sessions.redeem(_wrong(code)) is None
    assert sessions.redeem(code) is None
    old, new = sessions.make_link(), sessions.make_link()
    assert sessions.redeem(old) is None
    assert sessions.redeem(new) is not None
