from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_node.archive.json.json_values import decimal_id, identifier, language, tags
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


MOMENTS = st.datetimes(datetime(1980, 1, 1), datetime(2090, 1, 1)).map(
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)
FORMS = [
    "%Y-%m-%d %H:%M:%S UTC",
    "%Y-%m-%d %H:%M:%S +0000",
    "%Y-%m-%d %H:%M:%SZ",
    "%Y/%m/%d %H:%M:%S",
    "%Y.%m.%d %H:%M:%S GMT",
    "%a %b %d %H:%M:%S +0000 %Y",
    "%a %b %d %H:%M:%S UTC %Y",
    "%a %b %d %H:%M:%S %Y",
    "%a, %d %b %Y %H:%M:%S GMT",
    "%d %B %Y %H:%M:%S +00:00",
    "%b %d, %Y at %I:%M:%S %p",
    "%B %d, %Y %I:%M:%S%p UTC",
    "%a %b %d %Y %H:%M:%S GMT+0000 (Coordinated Universal Time)",
    "%Y%m%dT%H%M%SZ",
    "%Y%m%d%H%M%S",
]


@pytest.mark.parametrize("form", FORMS)
@given(moment=MOMENTS)
def test_times_in_many_forms_are_the_same(form: str, moment: datetime) -> None:
    assert parse_any(moment.strftime(form)) == round(moment.timestamp() * 1000)


@pytest.mark.parametrize("unit", [1, 10**3, 10**6, 10**9])
@given(moment=MOMENTS)
def test_numbers_in_figures_and_as_such(unit: int, moment: datetime) -> None:
    number = round(moment.timestamp()) * unit
    assert parse_any(number) == parse_any(str(number)) == round(moment.timestamp() * 1000)


@pytest.mark.parametrize(
    "value",
    [
        "03/02/2011",
        "3.2.2011 04:05",
        "2011-02-03 04:05:06 EST",
        "2011-02-03 04:05:06 +0000 +0100",
        "Feb 3",
        "Thu Feb 03 04:05:06",
        "2011 2012 Feb 3",
        "Feb Mar 3 2011",
        "2011-02-03 13:00 pm",
        "2011-02-03 25:00",
        "2011-02-03 next",
        "3. Februar 2011",
        "٢٠١١-٠٢-٠٣",
    ],
)
def test_what_could_mean_two_times_is_none(value: str) -> None:
    assert parse_any(value) is None


@given(st.datetimes(timezones=st.timezones()))
def test_any_time_is_read_or_refused(moment: object) -> None:
    found = parse_rfc3339(str(moment))
    assert found is None or found >= 0


@given(st.text())
def test_no_text_crashes(value: str) -> None:
    found = parse_any(value)
    assert found is None or found >= 0
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
