"""The piecewise reader against the parser of the standard library."""

import io
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import long

from sayso_node.archive import archive_limits
from sayso_node.archive.container.metered_stream import Budget, MeteredStream
from sayso_node.archive.json.json_stream import ArrayReader, BrokenListError, WrongHeaderError

HEADER = re.compile(r"\A\s*window\.x\s*=\s*\[")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def reader(data: bytes) -> ArrayReader:
    return ArrayReader(MeteredStream(io.BytesIO(data), Budget(), "x"), HEADER, "x")


@long
@given(
    st.lists(st.dictionaries(st.text(max_size=5), VALUES, max_size=4), max_size=6),
    st.integers(1, 40),
    st.booleans(),
    st.none() | st.integers(1, 3),
)
def test_any_list_in_any_pieces(
    records: list[dict[str, object]], piece: int, plain: bool, indent: int | None
) -> None:
    text = "window.x = " + json.dumps(records, ensure_ascii=plain, indent=indent)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archive_limits, "CHUNK_BYTES", piece)
        found = reader(text.encode("utf-8", "replace"))
        found.open()
        assert list(found) == json.loads(text[text.index("[") :].encode("utf-8", "replace"))


@given(st.integers(1, 30), st.integers(1, 200))
def test_a_list_cut_off_gives_its_front(piece: int, kept: int) -> None:
    # Longer than any `kept`, so that the end is always missing.
    text = "window.x = [" + ",".join(json.dumps({"n": n}) for n in range(30)) + "]"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archive_limits, "CHUNK_BYTES", piece)
        found, seen = reader(text[:kept].encode()), []
        with pytest.raises((BrokenListError, WrongHeaderError)):
            found.open()
            seen.extend(found)
    assert seen == [{"n": n} for n in range(len(seen))]
    assert len(seen) == text[:kept].count("}")


def test_a_stray_byte_costs_one_character() -> None:
    found = reader(b'window.x = [{"a": "b\xffc"}, {"a": "d"}]')
    found.open()
    assert list(found) == [{"a": "b\N{REPLACEMENT CHARACTER}c"}, {"a": "d"}]


def test_a_byte_order_mark_is_no_header() -> None:
    found = reader(b'\xef\xbb\xbfwindow.x = [{"a": 1}]')
    found.open()
    assert list(found) == [{"a": 1}]
