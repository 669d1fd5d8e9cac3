import os
from io import BytesIO
from pathlib import Path

import pytest
from tests.protocol.media.films import SECRET, Track, film
from tests.protocol.media.pictures import picture, seen

from sayso_node.home.directory import Home
from sayso_node.media.attachment_file import AttachmentFile, MediaError, attached
from sayso_node.media.blob_store import open_blobs
from sayso_node.media.metadata import without_metadata
from sayso_protocol.content.attachment import MAX_ALT
from sayso_protocol.media.mp4 import strip_film
from sayso_storage.interface.errors import StoreError

FILM = film(
    Track(1, b"vide", [[b"\x11" * 70_000], [b"\x12" * 70_000]]), Track(2, b"meta", [[SECRET * 9]])
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def file_of(tmp_path: Path, data: bytes, name: str = "a.txt", **more: object) -> AttachmentFile:
    path = tmp_path / name
    path.write_bytes(data)
    return AttachmentFile(path, **more)  # type: ignore[arg-type]


def bytes_of(home: Home, cid: bytes) -> bytes:
    reader = open_blobs(home).open(cid)
    assert reader is not None
    data = reader.read(0, reader.size)
    reader.close()
    return data


def test_a_picture_is_typed_by_its_bytes_and_loses_its_metadata(home: Home, tmp_path: Path) -> None:
    data = picture("JPEG", 5)
    with attached(home, [file_of(tmp_path, data, alt=" a wall\r\n")]) as (made,):
        pass
    kept = bytes_of(home, made.cid)
    assert (made.type, made.alt, made.size) == ("image/jpeg", "a wall", len(kept))
    assert b"SECRETCAM" not in kept and seen(kept) == seen(data)
    [held] = open_blobs(home).all_held()
    assert held.is_pinned


def test_what_was_asked_to_stay_stays(home: Home, tmp_path: Path) -> None:
    files = [
        file_of(tmp_path, picture("PNG", 1), keep=True),
        file_of(tmp_path, b"GIF89a", "b", keep=True),
    ]
    with attached(home, files) as (first, second):
        pass
    assert bytes_of(home, first.cid) == picture("PNG", 1)
    assert second.type == "image/gif"


def test_a_film_loses_its_metadata_while_it_is_read(home: Home, tmp_path: Path) -> None:
    with attached(home, [file_of(tmp_path, FILM)]) as (made,):
        pass
    kept = bytes_of(home, made.cid)
    assert made.type == "video/mp4" and len(kept) == len(FILM)
    assert b"SECRET" not in kept and b"\x12" * 70_000 in kept


@pytest.mark.parametrize("step", [1, 7, 4096, -1])
def test_changes_lie_over_a_film_however_it_is_read(step: int) -> None:
    small = film(Track(1, b"vide", [[b"\x11" * 70], [b"\x12" * 7]]), Track(2, b"meta", [[SECRET]]))
    clean = bytearray(small)
    for at, size, data in strip_film(lambda at, size: small[at : at + size], len(small)):
        clean[at : at + size] = bytes(size) if data is None else data
    stream, read = without_metadata(BytesIO(small), "video/mp4", len(small)), b""
    while part := stream.read(step):
        read += part
    assert read == clean


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"GIF89a...", "image/gif"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heic"),
        (b"PK\3\4", "of a kind that is not known here"),
        (b"\xff\xd8\xff\xe0", "cut off"),
        (FILM[:900], "cut off"),
    ],
)
def test_what_cannot_be_stripped_is_refused_before_anything_is_taken_in(
    home: Home, tmp_path: Path, data: bytes, words: str
) -> None:
    good, bad = file_of(tmp_path, picture("PNG", 1), "good"), file_of(tmp_path, data, "bad")
    with pytest.raises(MediaError, match=words) as error, attached(home, [good, bad]):
        pass
    assert "--keep-metadata" in str(error.value)
    assert open_blobs(home).all_held() == []


def test_what_is_no_file_or_too_much_is_refused(home: Home, tmp_path: Path) -> None:
    good, pipe = file_of(tmp_path, picture("PNG", 1)), tmp_path / "pipe"
    os.mkfifo(pipe)
    for wrong in (
        [AttachmentFile(tmp_path)],
        [AttachmentFile(tmp_path / "none")],
        [AttachmentFile(Path("/dev/zero"))],
        [AttachmentFile(pipe)],
        [good] * 9,
        [file_of(tmp_path, picture("PNG", 1), alt="é" * MAX_ALT)],
        [file_of(tmp_path, picture("PNG", 1), alt="a\0b")],
        [file_of(tmp_path, picture("PNG", 1), alt="\udcff")],
    ):
        with pytest.raises(MediaError), attached(home, wrong):
            pass
    with (
        pytest.raises((MediaError, StoreError)),
        attached(home, [file_of(tmp_path, b"", keep=True)]),
    ):
        pass


def test_what_was_attached_to_an_entry_that_was_not_written_may_go(
    home: Home, tmp_path: Path
) -> None:
    first, second = (file_of(tmp_path, picture("PNG", seed), str(seed)) for seed in (1, 2))
    with attached(home, [first]):
        pass
    with pytest.raises(KeyError), attached(home, [first, second]) as made:
        raise KeyError
    pinned = {held.cid: held.is_pinned for held in open_blobs(home).all_held()}
    assert pinned == {made[0].cid: True, made[1].cid: False}
