import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples

from sayso_protocol.media.bad_media import BadMedia
from sayso_protocol.media.jpeg import MAX_SEGMENTS, strip_jpeg
from sayso_protocol.media.png import MAX_CHUNKS, SIGNATURE, strip_png
from sayso_protocol.media.webp import strip_webp

from .pictures import FORMS, SECRET, animation, picture, seen, told

STRIP = {"JPEG": strip_jpeg, "PNG": strip_png, "WEBP": strip_webp}


@examples(120)
@given(st.sampled_from(FORMS), st.integers(0, 2**32))
def test_pixels_and_colours_stay_and_nothing_else_does(form, seed):
    data = picture(form, seed)
    assert SECRET in data
    clean = STRIP[form](data)
    assert SECRET not in clean
    assert seen(clean) == seen(data)
    assert told(clean) == (set(), set())
    assert STRIP[form](clean) == clean


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_animations_still_move(form):
    data = animation(form)
    clean = STRIP[form](data)
    assert SECRET not in clean
    assert len(seen(clean)[0]) == 3 and seen(clean) == seen(data)


@examples(300)
@given(st.sampled_from(FORMS), st.integers(0, 2**32))
def test_broken_pictures_are_refused_or_stripped(form, seed):
    chance = random.Random(seed)
    data = bytearray(picture(form, seed % 16))
    for _ in range(chance.randrange(4)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    cut = bytes(data[: chance.choice([len(data), chance.randrange(len(data))])])
    try:
        clean = STRIP[form](cut)
    except BadMedia:
        return
    assert STRIP[form](clean) == clean


@pytest.mark.parametrize("form", FORMS)
def test_a_picture_that_is_cut_off_or_another_is_refused(form):
    data = picture(form, 3)
    for wrong in (b"", data[:3], data[:40], b"RIFF" + data, b"\x89PNG\r\n\x1a\n", b"\xff\xd8"):
        with pytest.raises(BadMedia):
            STRIP[form](wrong)


def test_a_png_with_a_damaged_or_unknown_part_that_is_needed_is_refused():
    data = picture("PNG", 1)
    at = data.index(b"IDAT")
    with pytest.raises(BadMedia, match="damaged"):
        strip_png(data[: at + 6] + b"\xaa\xaa" + data[at + 8 :])
    needed = b"\0\0\0\0CgBI" + zlib.crc32(b"CgBI").to_bytes(4)
    with pytest.raises(BadMedia, match="not known"):
        strip_png(data[:33] + needed + data[33:])


def test_parts_without_end_are_refused():
    empty = b"\0\0\0\0tEXt" + zlib.crc32(b"tEXt").to_bytes(4)
    data = picture("PNG", 1)
    with pytest.raises(BadMedia, match="too many"):
        strip_png(data[:33] + empty * MAX_CHUNKS)
    with pytest.raises(BadMedia, match="too many"):
        strip_jpeg(b"\xff\xd8" + b"\xff\xfe\0\2" * MAX_SEGMENTS)
    chunks = b"abcd\0\0\0\0" * 100_000
    with pytest.raises(BadMedia, match="too many"):
        strip_webp(b"RIFF" + (len(chunks) + 12).to_bytes(4, "little") + b"WEBP" + chunks + bytes(8))
    assert data[:8] == SIGNATURE


def test_bytes_within_a_scan_that_look_like_markers_take_linear_time():
    data = picture("JPEG", 2)
    at = data.index(b"\xff\xda") + 14
    long = data[:at] + b"\xff\x00\xff\xd3" * 2_000_000 + data[at:]
    assert len(strip_jpeg(long)) > 8_000_000


def test_a_jpeg_coded_in_an_unknown_way_is_refused():
    data = picture("JPEG", 2)
    with pytest.raises(BadMedia, match="not known"):
        strip_jpeg(data[:2] + b"\xff\xf7\0\4ab" + data[2:])


def test_a_jpeg_keeps_no_thumbnail_and_its_adobe_colours():
    data = picture("JPEG", 2)
    assert data[2:4] == b"\xff\xe0"
    small = b"\xff\xe0\0\x13JFIF\0\1\1\0\0\1\0\1\1\1" + b"\xaa\xbb\xcc"
    clean = strip_jpeg(data[:2] + small + data[20:])
    assert b"\xaa\xbb\xcc" not in clean[:40] and clean[2:6] == b"\xff\xe0\0\x10"
    adobe = b"\xff\xee\0\x12Adobe\0\x64\0\0\0\0\1SECR"
    assert b"Adobe\0\x64\0\0\0\0\1" in strip_jpeg(data[:2] + adobe + data[2:])
    assert b"SECR" not in strip_jpeg(data[:2] + adobe + data[2:])
