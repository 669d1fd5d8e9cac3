"""Limits: that those which depend on each other fit together."""

from sayso_protocol.content.post import MAX_ORIGIN, MAX_TAG, MAX_TAGS, MAX_WARNING
from sayso_protocol.content.profile import MAX_BIO, MAX_NAME
from sayso_protocol.limits import (
    MAX_BODY,
    MAX_FEEDS_A_HAVE,
    MAX_FEEDS_AN_ACCOUNT,
    MAX_FORK,
    MAX_FORK_ENTRIES,
    MAX_FRAME,
    MAX_KIND,
    MAX_RUN_BYTES,
    MAX_RUN_ENTRIES,
    MAX_SEQ,
    MAX_STATEMENT,
    MAX_STATEMENTS_A_FRAME,
    MAX_TIME_MS,
    MAX_WANTS,
    MAX_WANTS_A_FRAME,
)

HEAD = 1000  # more than all heads and fixed fields of one frame


def test_the_limits_of_the_format_are_what_they_always_were():
    assert (MAX_BODY, MAX_SEQ, MAX_TIME_MS) == (16384, 2**63 - 1, 253402300799999)
    assert (MAX_FEEDS_AN_ACCOUNT, MAX_STATEMENT) == (64, 6144)
    assert (MAX_FORK_ENTRIES, MAX_FORK) == (16, 4096)


def test_the_last_time_is_the_last_that_can_be_written():
    from datetime import UTC, datetime, timedelta

    last = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=MAX_TIME_MS)
    assert last.isoformat(timespec="milliseconds") == "9999-12-31T23:59:59.999+00:00"


def test_one_run_fits_a_frame():
    each = 64 + 9 + 37  # signature, time, and the head of a body or its size and hash
    assert MAX_RUN_ENTRIES * each + MAX_RUN_BYTES + MAX_BODY + HEAD <= MAX_FRAME


def test_other_long_frames_fit_too():
    assert MAX_WANTS_A_FRAME * 8 + HEAD <= MAX_FRAME
    assert MAX_FEEDS_A_HAVE * 300 + HEAD <= MAX_FRAME
    assert MAX_STATEMENTS_A_FRAME * (max(MAX_STATEMENT, MAX_FORK) + 3) + HEAD <= MAX_FRAME
    assert MAX_WANTS % MAX_WANTS_A_FRAME == 0


def test_a_body_with_every_field_at_its_limit_still_has_room_for_text():
    references = 3 * (2 * 34 + 9 + 34)
    others = MAX_TAGS * (MAX_TAG + 2) + MAX_WARNING + 2 * MAX_ORIGIN + MAX_KIND + references
    assert others + HEAD < MAX_BODY // 2
    assert MAX_NAME + MAX_BIO + HEAD < MAX_BODY
