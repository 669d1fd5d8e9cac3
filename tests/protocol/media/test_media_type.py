import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples

from sayso_protocol.media.media_type import TYPES, media_type

from .pictures import picture


def ftyp(*brands: bytes) -> bytes:
    body = brands[0] + bytes(4) + b"".join(brands[1:])
    return (len(body) + 8).to_bytes(4) + b"ftyp" + body + b"heic and avif are words here"


KNOWN = {
    b"GIF89a\1\0": "image/gif",
    ftyp(b"avif", b"mif1"): "image/avif",
    ftyp(b"heic", b"mif1"): "image/heic",
    ftyp(b"mif1", b"heic"): "image/heic",
    ftyp(b"mif1", b"avif"): "image/avif",
    ftyp(b"mif1", b"miaf"): "image/heif",
    ftyp(b"M4A ", b"isom"): "audio/mp4",
    ftyp(b"isom", b"avc1"): "video/mp4",
    ftyp(b"XAVC", b"mp42"): "video/mp4",
    ftyp(b"qt  ", b"qt  "): "video/quicktime",
    b"\x1aE\xdf\xa3\x9fB\x86\x81\1B\x82\x84webm": "video/webm",
    b"\x1aE\xdf\xa3\xa3B\x86\x81\1B\x82\x88matroska": "video/matroska",
    b"OggS\0\2": "audio/ogg",
    b"fLaC\0": "audio/flac",
    b"ID3\4\0": "audio/mpeg",
    b"\xff\xfb\x90\x44": "audio/mpeg",
    b"\xff\xf3\x40\xc4": "audio/mpeg",
    b"RIFF\x24\0\0\0WAVEfmt ": "audio/wav",
    b"%PDF-1.7\n": "application/pdf",
}


@pytest.mark.parametrize("start", KNOWN)
def test_types_by_their_bytes(start):
    assert media_type(start) == KNOWN[start]


def test_pictures_as_pillow_writes_them():
    assert media_type(picture("JPEG", 1)) == "image/jpeg"
    assert media_type(picture("PNG", 1)) == "image/png"
    assert media_type(picture("WEBP", 1)) == "image/webp"


def test_there_are_seventeen():
    assert len(TYPES) == 17
    assert {*KNOWN.values(), "image/jpeg", "image/png", "image/webp"} == TYPES


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"GIF",
        b"<svg xmlns='http://www.w3.org/2000/svg'>",
        b"<!doctype html>",
        b"#!/bin/sh",
        b"MZ\x90",
        b"PK\3\4",
        "\ufefftext".encode("utf-16-le"),
        b"\xff\xfe\x90\x44",
        b"\xff\xfb\xf0\x44",
        b"RIFF\0\0\0\0AVI ",
        b"\x1aE\xdf\xa3" + bytes(200) + b"B\x82\x84webm",
        ftyp(b"crx ", b"crx "),
        b"\0\0\0\0ftypab",
        b" \xff\xd8\xff",
    ],
)
def test_what_is_not_listed_has_no_type(start):
    assert media_type(start) is None


@examples(200)
@given(st.binary(max_size=700))
def test_any_bytes_have_a_listed_type_or_none(start):
    assert media_type(start) in {*TYPES, None}
    assert media_type(b"\0\0\0\x20ftyp" + start) in {*TYPES, None}
