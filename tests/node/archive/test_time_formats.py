import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_node.archive.json_values import decimal_id, identifier, language, tags
from sayso_node.archive.time_formats import parse_any, parse_rfc3339, parse_twitter


@pytest.mark.parametrize(
    ("value", "ms"),
    [
        ("2020-02-05T12:30:15Z", 1_580_905_815_000),
        ("2020-02-05t12:30:15z", 1_580_905_815_000),
        ("2020-02-05 12:30:15", 1_580_905_815_000),
        ("2020-02-05T12:30:15.25Z", 1_580_905_815_250),
        ("2020-02-05T12:30:15.123456789Z", 1_580_905_815_123),
        ("2020-02-05T14:30:15+02:00", 1_580_905_815_000),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000),
        ("1969-12-31T23:59:59Z", None),
        ("0001-01-01T00:00:00+23:59", None),
        ("9999-12-31T23:59:60Z", None),
        ("2020-02-30T00:00:00Z", None),
        ("", None),
        ("soon", None),
    ],
)
def test_rfc3339(value: str, ms: int | None) -> None:
    assert parse_rfc3339(value) == ms


@pytest.mark.parametrize(
    ("value", "ms"),
    [
        ("2020-02-05 12:30:15 +0000", 1_580_905_815_000),
        ("2020-02-05 14:30:15 +0200", 1_580_905_815_000),
        ("Wed Feb 05 12:30:15 +0000 2020", 1_580_905_815_000),
        ("Wed Feb 05 10:00:15 -0230 2020", 1_580_905_815_000),
        ("Wed Feb 30 12:30:15 +0000 2020", None),
        ("Wed Foo 05 12:30:15 +0000 2020", None),
        ("Wed Feb 05 12:30:15 +9999 2020", None),
        ("2020-02-05T12:30:15Z", None),
    ],
)
def test_both_times_of_twitter(value: str, ms: int | None) -> None:
    assert parse_twitter(value) == ms


@pytest.mark.parametrize(
    ("value", "ms"),
    [
        (1_580_905_815, 1_580_905_815_000),
        (1_580_905_815.5, 1_580_905_815_500),
        (1_580_905_815_123, 1_580_905_815_123),
        (0, 0),
        (-1, None),
        (True, None),
        (float("nan"), None),
        (float("inf"), None),
        (10**400, None),
        ([], None),
        (None, None),
    ],
)
def test_numbers_as_times(value: object, ms: int | None) -> None:
    assert parse_any(value) == ms


@given(st.datetimes(timezones=st.timezones()))
def test_any_time_is_read_or_refused(moment: object) -> None:
    found = parse_rfc3339(str(moment))
    assert found is None or found >= 0


@given(st.text())
def test_no_text_crashes(value: str) -> None:
    assert parse_any(value) is None or parse_rfc3339(value) is not None
    assert parse_twitter(value) is None


@pytest.mark.parametrize(
    ("value", "tag"),
    [
        ("en", "en"),
        ("pt_BR", "pt-BR"),
        ("zh-Hant-TW", "zh-Hant-TW"),
        ("iw", "he"),
        ("und", None),
        ("qme", None),
        ("zxx", None),
        ("quz", "quz"),
        ("English", None),
        ("LANGUAGE UNDEFINED", None),
        ("", None),
        (7, None),
    ],
)
def test_languages(value: object, tag: str | None) -> None:
    assert language(value) == tag


def test_ids() -> None:
    assert identifier(10**50) is None
    assert identifier(True) is None
    assert identifier("a\nb") is None
    assert identifier("x" * 3000) is None
    assert identifier("ok") == identifier("ok")
    assert decimal_id("٣") is None  # digits, but not ours
    assert decimal_id("-5") is None
    assert decimal_id("1" * 21) is None
    assert decimal_id(1_600_000_000_000_000_000) == 1_600_000_000_000_000_000


def test_tags_are_bounded_and_bare() -> None:
    assert tags(["#a", "a", None, "#", " b "]) == ("a", "b")
    assert len(tags([str(n) for n in range(1000)])) == 64
