"""Refusals: each has a code of its own that never changes."""

from sayso_protocol import errors
from sayso_protocol.errors import NotAsked, ProtocolViolation, Refused

REFUSALS = [
    value for value in vars(errors).values() if isinstance(value, type) and value is not Refused
]


def test_every_refusal_is_refused_and_explains_itself():
    for refusal in REFUSALS:
        assert issubclass(refusal, Refused)
        assert refusal.__doc__


def test_every_code_is_different():
    codes = [refusal.code for refusal in [Refused, *REFUSALS]]
    assert len(set(codes)) == len(codes)
    assert set(codes) >= {"refused", "not-canonical", "bad-signature", "forked", "not-asked"}


def test_codes_are_plain_names_that_fit_every_counter_and_frame():
    for refusal in REFUSALS:
        assert refusal.code.replace("-", "").isalpha()
        assert refusal.code == refusal.code.lower()


def test_an_unasked_answer_is_a_violation_of_the_protocol():
    assert issubclass(NotAsked, ProtocolViolation)
