"""Requests and answers of new devices: what was copied badly or forged is refused."""

from base64 import b32encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples, long

from sayso_protocol.accounts.enrolment import (
    ANSWER,
    DOMAIN,
    REQUEST,
    EnrolmentAnswer,
    EnrolmentRequest,
    _text,
    fingerprint,
    read_answer,
    read_request,
    write_answer,
    write_request,
)
from sayso_protocol.accounts.statement import offer_grant, sign_grant
from sayso_protocol.codec import encode
from sayso_protocol.content.open import MAX_DEVICE
from sayso_protocol.crypto.hashing import enrolment_hash
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.errors import (
    BadShape,
    BadSignature,
    BadText,
    NotCanonical,
    Refused,
    TooLarge,
    UnknownVersion,
)
from sayso_protocol.limits import MAX_ENROLMENT

FEED = KeyPair.from_seed(bytes([1]) * 32)
OTHER = KeyPair.from_seed(bytes([2]) * 32)
ACCOUNT = KeyPair.from_seed(bytes([3]) * 32)
OFFER = offer_grant(ACCOUNT, FEED.public, bytes([4]) * 32)
GRANT = sign_grant(ACCOUNT, FEED, bytes([4]) * 32)
ASKED = write_request(FEED, "laptop")
ANSWERED = write_answer(OFFER, "laptop")


def signed(*fields: object, key: KeyPair = FEED) -> str:
    return _text(REQUEST, [*fields, key.sign(DOMAIN, encode(list(fields)))])


@pytest.mark.parametrize("device", ["", "laptop", "Büro 你好", "x" * MAX_DEVICE])
def test_what_is_written_is_read_back(device):
    assert read_request(write_request(FEED, device)) == EnrolmentRequest(FEED.public, device)
    assert read_answer(write_answer(OFFER, device)) == EnrolmentAnswer(OFFER, device)


def test_a_line_has_no_padding_whatever_its_length_and_last_letter():
    names = [letter * size for letter in "abcd" for size in range(MAX_DEVICE)]
    lines = [write_request(FEED, name) for name in names]
    assert {len(line) % 8 for line in lines} == {(len(REQUEST) + n) % 8 for n in (0, 2, 4, 5, 7)}
    assert any(line.endswith("x") for line in lines)
    assert not any("=" in line for line in lines)
    assert [read_request(line).device for line in lines] == names


def test_a_line_with_gaps_up_to_the_limit_is_read():
    padded = " ".join(ASKED).ljust(MAX_ENROLMENT)
    assert read_request(padded) == read_request(ASKED)
    with pytest.raises(TooLarge):
        read_request(padded + " ")


def test_they_are_short_lines_of_plain_letters():
    for text in (ASKED, ANSWERED, write_answer(OFFER, "ü" * 32)):
        assert len(text) < 500 < MAX_ENROLMENT
        assert set(text) <= set("abcdefghijklmnopqrstuvwxyz234567-")


@long
@given(st.data(), st.sampled_from([ASKED, ANSWERED]))
@examples(50)
def test_spaces_line_breaks_hyphens_and_case_do_no_harm(data, text):
    gaps = st.sampled_from(["", "", "", " ", "\n", "\r\n", "-", "\t"])
    typed = "".join(data.draw(gaps) + data.draw(st.sampled_from([c, c.upper()])) for c in text)
    read = read_request if text is ASKED else read_answer
    assert read(f"  {typed}\n") == read(text)


@pytest.mark.parametrize("text", [ASKED, ANSWERED])
def test_there_is_one_spelling(text):
    """No letters whose capitals are ASCII, no padding, no other bits in the last letter's spare."""
    read = read_request if text is ASKED else read_answer
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    last = [text[:-1] + letter for letter in letters if letter != text[-1]]
    others = [text.replace("s", "\u017f"), text.replace("s", "\u017f", 1), text + "=", *last]
    others += [text + "=" * n for n in (2, 3, 4, 6)]
    for other in others:
        with pytest.raises(BadText):
            read(other)


@pytest.mark.parametrize("text", [ASKED, ANSWERED])
def test_no_single_wrong_or_missing_letter_goes_unnoticed(text):
    read = read_request if text is ASKED else read_answer
    for at in range(len(text)):
        other = "b" if text[at] != "b" else "c"
        for spoilt in (text[:at] + text[at + 1 :], text[:at] + other + text[at + 1 :], text[:at]):
            if spoilt.replace("-", "") != text.replace("-", ""):
                with pytest.raises(Refused):
                    read(spoilt)


def test_what_was_cut_says_that_it_was_not_copied_whole():
    for text in (ASKED, ANSWERED):
        read = read_request if text is ASKED else read_answer
        with pytest.raises(BadText, match="copied whole"):
            read(text[:-5])


def test_a_request_is_no_answer_and_the_other_way():
    with pytest.raises(BadText, match="does not begin with sayso-answer-"):
        read_answer(ASKED)
    with pytest.raises(BadText, match="does not begin with sayso-request-"):
        read_request(ANSWERED)
    with pytest.raises(BadShape):
        read_answer(ASKED.replace(REQUEST, ANSWER))


def test_whoever_does_not_hold_the_key_cannot_ask_for_it():
    with pytest.raises(BadSignature):
        read_request(signed(1, "request", FEED.public, "laptop", key=OTHER))


def test_the_label_is_signed():
    fields = [1, "request", FEED.public, "laptop"]
    signature = FEED.sign(DOMAIN, encode(fields))
    with pytest.raises(BadSignature):
        read_request(_text(REQUEST, [1, "request", FEED.public, "phone", signature]))


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (signed(2, "request", FEED.public, "x"), UnknownVersion),
        (signed(True, "request", FEED.public, "x"), UnknownVersion),
        (signed(1, "answer", FEED.public, "x"), BadShape),
        (signed(1, "request", FEED.public), BadShape),
        (signed(1, "request", FEED.public[1:], "x"), BadShape),
        (signed(1, "request", bytes(32), "x"), Refused),
        (signed(1, "request", FEED.public, 5), BadShape),
        (signed(1, "request", FEED.public, "x" * (MAX_DEVICE + 1)), BadShape),
        (signed(1, "request", FEED.public, "a\nb"), BadShape),
        (signed(1, "request", FEED.public, "\x1b[1m"), BadShape),
        (signed(1, "request", FEED.public, "\u202ex"), BadShape),
        (_text(REQUEST, [1, "request", FEED.public, "x", None]), BadShape),
        (_text(REQUEST, []), BadShape),
        (_text(REQUEST, 5), BadShape),
        ("sayso-request-", Refused),
        ("", BadText),
        ("\ud800", BadText),
        ("sayso-request-äöü", BadText),
        ("x" * (MAX_ENROLMENT + 1), TooLarge),
    ],
)
def test_hostile_requests_are_refused(text, refusal):
    with pytest.raises(refusal):
        read_request(text)


@pytest.mark.parametrize(
    ("offer", "refusal"),
    [
        (b"", NotCanonical),
        (b"x" * 200, NotCanonical),
        (OFFER.wire[:-1] + b"\0", BadSignature),
        (GRANT.wire, BadShape),
        ("text", BadShape),
        (None, BadShape),
    ],
)
def test_an_answer_without_a_sound_offer_is_refused(offer, refusal):
    with pytest.raises(refusal):
        read_answer(_text(ANSWER, [1, "answer", offer, ""]))


@given(st.text(max_size=300))
@examples(200)
def test_any_text_at_all_is_refused_cleanly(text):
    for read, word in ((read_request, REQUEST), (read_answer, ANSWER)):
        for whole in (text, word + text):
            with pytest.raises(Refused):
                read(whole)


def test_the_fingerprint_is_four_groups_and_each_key_has_its_own():
    assert [len(group) for group in fingerprint(FEED.public).split(" ")] == [5, 5, 5, 5]
    letters = b32encode(enrolment_hash(FEED.public)).decode()
    assert fingerprint(FEED.public).replace(" ", "") == letters[:20]
    keys = [KeyPair.from_seed(bytes([n]) * 32).public for n in range(200)]
    assert len({fingerprint(key) for key in keys}) == 200
