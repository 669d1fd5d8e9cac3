import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples

from sayso_protocol.media.bad_media import BadMedia
from sayso_protocol.media.boxes import box_head, find
from sayso_protocol.media.mp4 import MAX_FRAGMENT, strip_film

from .films import MADE, SECRET, Track, box, film


def stripped(data: bytes) -> bytes:
    found = bytearray(data)
    for at, size, put in strip_film(lambda at, size: data[at : at + size], len(data)):
        assert put is None or len(put) == size
        found[at : at + size] = bytes(size) if put is None else put
    assert len(found) == len(data)
    return bytes(found)


def samples(track: Track, data: bytes) -> bool:
    """Whether a film has all bytes of a track."""
    return all(one in data for one in track.samples)


PICTURE = Track(1, b"vide", [[b"\x11" * 500, b"\x12" * 30], [b"\x13" * 77]])
SOUND = Track(2, b"soun", [[b"\x21" * 40], [b"\x22" * 41, b"\x23" * 42]], wide=True)
PLACES = Track(3, b"meta", [[SECRET * 5], [SECRET * 2]], refers_to=1)


@pytest.mark.parametrize("brand", [b"isom", b"qt  "])
def test_what_names_a_place_or_a_device_is_gone_and_nothing_moves(brand):
    data = film(PICTURE, SOUND, PLACES, between=SECRET[:6], brand=brand, last=b"\0\0\0\x04")
    clean = stripped(data)
    assert b"SECRET" not in clean
    assert MADE not in clean
    assert b"cam!" not in clean and b"appl" not in clean
    assert samples(PICTURE, clean) and samples(SOUND, clean)
    for one in PICTURE.samples:
        assert clean.index(one) == data.index(one)
    assert b"avcC" in clean and clean.count(b"trak") == 2
    assert stripped(clean) == clean


def test_a_track_that_refers_to_one_that_is_gone_stays_without_the_reference():
    sound = Track(2, b"soun", SOUND.chunks, refers_to=3)
    assert b"cdsc" not in stripped(film(PICTURE, sound, PLACES))
    assert b"cdsc" in stripped(film(PICTURE, Track(2, b"soun", SOUND.chunks, refers_to=1)))


def test_a_film_whose_index_comes_first_or_that_is_cut_off():
    data = film(PICTURE, SOUND)
    for end in (20, 60, data.index(b"moov") - 4, data.index(b"moov") + 40):
        with pytest.raises(BadMedia):
            stripped(data[:end])


def test_media_in_another_file_or_beyond_the_end_is_refused():
    data = film(PICTURE)
    with pytest.raises(BadMedia, match="another file"):
        stripped(data.replace(b"url \0\0\0\1", b"url \0\0\0\0"))
    at = data.index(b"stco")
    far = data[: at + 12] + struct.pack(">I", 1 << 31) + data[at + 16 :]
    with pytest.raises(BadMedia, match="not there"):
        stripped(far)
    with pytest.raises(BadMedia, match="neither picture nor sound"):
        stripped(film(PLACES))


def test_fragments_keep_their_media_and_lose_the_rest():
    index = film(PICTURE, SOUND)
    run = box(b"trun", bytes(16))
    fragment = box(b"moof", box(b"mfhd", bytes(8)), box(b"traf", box(b"tfhd", bytes(8)), run))
    data = index + fragment + box(b"mdat", b"\x31" * 90) + box(b"prft", SECRET)
    clean = stripped(data)
    assert b"SECRET" not in clean and b"\x31" * 90 in clean and run in clean
    with pytest.raises(BadMedia, match="in fragments"):
        stripped(film(PICTURE, PLACES) + fragment)


def test_sizes_in_every_form():
    chunks = [[b"\x41" * 7, b"\x42" * 7], [b"\x43" * 7]]
    data = film(Track(1, b"vide", chunks), between=SECRET)
    at = data.index(b"stsz")
    for kind, fields in (
        (b"stsz", struct.pack(">III", 0, 7, 3)),
        (b"stz2", struct.pack(">IIIBB", 0, 4, 3, 0x77, 0x70)),
        (b"stz2", struct.pack(">IIIBBB", 0, 8, 3, 7, 7, 7)),
        (b"stz2", struct.pack(">IIIHHH", 0, 16, 3, 7, 7, 7)),
    ):
        table = kind + fields + bytes(24 - len(fields) - 4)
        clean = stripped(data[:at] + table[:24] + data[at + 24 :])
        assert b"SECRET" not in clean and all(one in clean for chunk in chunks for one in chunk)


def test_tables_that_lie_are_refused_without_memory_for_what_they_claim():
    data = film(PICTURE)
    for kind in (b"stsz", b"stsc", b"stco"):
        at = data.index(kind) + (12 if kind == b"stsz" else 8)
        with pytest.raises(BadMedia):
            stripped(data[:at] + b"\xff\xff\xff\xff" + data[at + 4 :])
    at = data.index(b"stsz") + 8  # one size for all, and four thousand million of them
    stripped(data[:at] + struct.pack(">II", 1, 2**32 - 1) + data[at + 8 :])


def test_an_index_that_is_too_large_is_not_read():
    read = []
    head = box(b"ftyp", b"isom", bytes(4)) + struct.pack(">I4s", MAX_FRAGMENT * 32, b"moov")

    def take(at: int, size: int) -> bytes:
        read.append(size)
        return head[at : at + size]

    with pytest.raises(BadMedia, match="too large"):
        strip_film(take, len(head) - 8 + MAX_FRAGMENT * 32)
    assert max(read) <= 16


def test_boxes_within_boxes():
    data = box(b"aaaa", box(b"bbbb", box(b"cccc", b"1")))
    outer = box_head(data[:16], 0, len(data))
    found = find(data, outer, b"bbbb", b"cccc")
    assert found is not None and data[found.body : found.end] == b"1"
    assert find(data, outer, b"bbbb", b"dddd") is None


@examples(200)
@given(st.integers(0, 2**32), st.integers(1, 6))
def test_broken_films_are_refused_or_stripped(seed, changes):
    chance = random.Random(seed)
    data = bytearray(film(PICTURE, SOUND, PLACES))
    for _ in range(changes):
        data[chance.randrange(len(data))] = chance.choice([0, 1, 8, 255, chance.randrange(256)])
    cut = bytes(data[: chance.choice([len(data), chance.randrange(len(data))])])
    try:
        clean = stripped(cut)
    except BadMedia:
        return
    assert stripped(clean) == clean
