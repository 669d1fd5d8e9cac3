"""The protocol's page says what the code says: tables, headings, limits, numbers."""

import re

from sayso_protocol import errors, limits
from sayso_protocol.crypto import hashing
from sayso_protocol.private import private_limits
from sayso_protocol.sync.wire import frame_codec

from .spec_tables import KINDS, PAGE, with_tables

TEXT = PAGE.read_text(encoding="utf-8")
PROSE = re.sub(r"<!-- (\w+) -->\n.*?<!-- end -->", "", TEXT, flags=re.DOTALL)


def test_its_tables_are_those_of_the_code():
    """To mend: python -m tests.protocol.spec_tables"""
    assert with_tables(TEXT) == TEXT


def test_every_frame_has_its_section_with_number_and_fields():
    found = re.findall(r"^### (\d+) `(\w+)`(?:: (.*))?$", PROSE, re.MULTILINE)
    sections = {(int(number), name): fields for number, name, fields in found}
    for kind, number in frame_codec._NUMBERS.items():
        fields = sections.pop((number, kind.__name__))
        assert len([name for name in fields.split(", ") if name]) == frame_codec._READERS[number][0]
    assert not sections


def test_every_limit_and_code_it_names_exists():
    for name in re.findall(
        r"\b(?:MAX|LIVE|ASK|ANNOUNCE|SYNCED|PROMPT|DAYS|MARK|COMPRESS)_[A-Z_]+\b", PROSE
    ):
        assert any(hasattr(module, name) for module in (limits, *KINDS)), name
    codes = {kind.code for kind in vars(errors).values() if hasattr(kind, "code")}
    for code in re.findall(r"\(`([a-z-]+)`\)", PROSE):
        assert code in codes, code


def test_every_limit_of_the_format_is_named_in_its_rules():
    source = (PAGE.parents[1] / "protocol/sayso_protocol/limits.py").read_text(encoding="utf-8")
    names = re.findall(r"^(MAX_\w+)", source.partition("# --- wire")[0], re.MULTILINE)
    assert len(names) > 10
    assert [name for name in names if name not in PROSE] == []


def test_every_personalisation_stands_there():
    used = [value for name, value in vars(hashing).items() if name.isupper()]
    persons = [value.decode() for value in used if isinstance(value, bytes)]
    assert [p for p in persons if f"`{p}`" not in PROSE] == ["sayso token 1"]


def test_every_personalisation_of_private_letters_stands_there():
    sources = sorted((PAGE.parents[1] / "protocol/sayso_protocol/private").rglob("*.py"))
    text = "".join(source.read_text(encoding="utf-8") for source in sources)
    persons = set(re.findall(r'b"(sayso [a-z ]+\w)"', text))
    assert len(persons) >= 14
    assert [person for person in sorted(persons) if person not in PROSE] == []


def test_the_limits_of_private_letters_are_those_of_the_code():
    section = PROSE.partition("## 23. ")[2]
    days = {"PREKEY_MS": "every 7 days", "PREKEY_FRESH_MS": "more than 14 days ago"}
    days |= {"PREKEY_EMPTIED_MS": "once 15 days", "PREKEY_KEPT_MS": "at 45 days"}
    days |= {"TICKET_MS": "for 21 days", "TICKET_RENEWAL_MS": "14 days before that"}
    days |= {"KEPT_MS": "each 37", "RESEND_MS": "for two days", "TAKEN_MS": "each 100 days"}
    days |= {"RETURNED_MS": "at most 30 days", "UNREPORTED_MS": "for ten days"}
    words = {"two": 2, "ten": 10}
    for name, said in days.items():
        [number] = re.findall(r"\d+|two|ten", said)
        assert said in section, said
        expected = words.get(number) or int(number)
        assert getattr(private_limits, name) == expected * private_limits.DAY_MS, name
    numbers = {"MAX_SKIP": "512 for one letter", "MAX_KEPT": "the 1,024 latest"}
    numbers |= {"MAX_DEVICES": "calls 1 to 16 devices", "MAX_CALL_CONTENT": "most 6,000\nbytes"}
    numbers |= {
        "MAX_CONTENT": "32,000 bytes",
        "MAX_TAKEN": "remembers 16,384",
        "PEEK_DAYS": "of the last 31 days",
    }
    numbers |= {"MAX_FIRST_KEYS": "remembers 4,096"}
    for name, said in numbers.items():
        assert said in section, said
        *_, number = re.findall(r"[\d,]+", said)
        assert getattr(private_limits, name) == int(number.replace(",", "")), name
