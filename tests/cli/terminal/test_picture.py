"""Pictures in a terminal: what is drawn, and what hostile ones cost."""

from __future__ import annotations

import io
import os
import pty
import struct
import subprocess
import sys
import zlib
from base64 import b64decode
from pathlib import Path

import pytest
from tests.budget import long

from sayso_cli.demo_picture import demo_picture
from sayso_cli.terminal.picture import decoder, decoder_process
from sayso_cli.terminal.picture.decoder_process import PictureDecoder, Pixels
from sayso_cli.terminal.picture.graphics import CHUNK, kitty_sequence, sixel_sequence
from sayso_cli.terminal.picture.half_blocks import half_blocks
from sayso_cli.terminal.picture.painter import PicturePainter, has_all_colours
from sayso_cli.terminal.picture.query import QUESTION, USUAL_CELL, Graphics, read_answer
from sayso_storage.blobs.blob_directory import BlobDirectory

from ..conftest import Sayso
from .at_terminal import at_terminal

image = pytest.importorskip("PIL.Image", reason="Pillow is of the extra `faces`")

TWO = Pixels(2, 3, bytes([255, 0, 0, 0, 255, 0, 255, 0, 0, 0, 0, 255, 9, 9, 9, 9, 9, 9]))
"""Two by three: red and green, red and blue, and two of dark grey."""


@pytest.fixture
def decoding() -> PictureDecoder:
    return PictureDecoder()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def bomb(width: int, height: int) -> bytes:
    """A PNG of some kB that says it is so large, and is, of one colour."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compressobj(9)
    row = b"\0" + bytes(3 * width)
    data = b"".join(rows.compress(row) for _ in range(min(height, 2000))) + rows.flush()
    parts = [(b"IHDR", header), (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def made(form: str, mode: str = "RGB", size: tuple[int, int] = (64, 32)) -> bytes:
    out = io.BytesIO()
    image.new(mode, size, 90).save(out, form)
    return out.getvalue()


def test_a_picture_is_made_small_and_keeps_its_shape(decoding: PictureDecoder) -> None:
    found = decoding.decode(demo_picture(), 30, 40)
    assert found is not None
    assert (found.width, found.height, len(found.data)) == (30, 20, 3 * 30 * 20)
    assert found.data[:3] != found.data[-3:]  # sky and sea
    same = decoding.decode(demo_picture(), 1000, 1000)
    assert same is not None and (same.width, same.height) == (96, 64)
    decoding.close()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP"])
def test_each_of_the_usual_formats_is_drawn(form: str, decoding: PictureDecoder) -> None:
    found = decoding.decode(made(form), 20, 20)
    decoding.close()
    assert found is not None and (found.width, found.height) == (20, 10)


@long
def test_hostile_pictures_are_refused_and_the_next_one_is_drawn(
    decoding: PictureDecoder,
) -> None:
    hostile = {
        "says that it is huge": bomb(60_000, 60_000),
        "truncated": made("PNG", size=(300, 300))[:200],
        "truncated JPEG": made("JPEG", size=(300, 300))[:150],
        "nothing": b"",
        "no picture": b"<svg onload=alert(1)>",
        "of a format that posts do not have": made("TIFF"),
        "no numbers": b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b""),
    }
    for what, data in hostile.items():
        assert decoding.decode(data, 40, 40) is None, what
    assert decoding.decode(demo_picture(), 40, 40) is not None
    decoding.close()


@long
def test_a_picture_that_wants_more_memory_than_there_is_ends_only_the_decoder(
    monkeypatch: pytest.MonkeyPatch, decoding: PictureDecoder, tmp_path: Path
) -> None:
    text = Path(decoder.__file__).read_text().replace("MEMORY = 400 << 20", "MEMORY = 150 << 20")
    tight = tmp_path / "decoder.py"
    tight.write_text(text)
    monkeypatch.setattr(decoder_process.decoder, "__file__", str(tight))
    large = bomb(6000, 6000)
    assert len(large) < 200_000
    assert decoding.decode(large, 40, 40) is None
    assert decoding.decode(demo_picture(), 40, 40) is not None
    decoding.close()


def test_a_decoder_that_hangs_or_ends_is_replaced_some_times(
    monkeypatch: pytest.MonkeyPatch, decoding: PictureDecoder, tmp_path: Path
) -> None:
    ends = tmp_path / "decoder.py"
    ends.write_text("import sys\nsys.stdin.buffer.read(12)\n")
    monkeypatch.setattr(decoder_process.decoder, "__file__", str(ends))
    assert decoding.decode(b"x", 4, 4) is None
    hangs = tmp_path / "hangs.py"
    hangs.write_text("import signal\nsignal.pause()\n")
    monkeypatch.setattr(decoder_process.decoder, "__file__", str(hangs))
    monkeypatch.setattr(decoder_process, "ANSWER_SECONDS", 0.01)
    for _ in range(decoder_process.MAX_STARTS):
        assert decoding.decode(b"x", 4, 4) is None
    assert not decoding._is_there()


def test_what_is_larger_than_asked_for_is_no_answer(
    monkeypatch: pytest.MonkeyPatch, decoding: PictureDecoder, tmp_path: Path
) -> None:
    lies = tmp_path / "decoder.py"
    lies.write_text(
        "import struct, sys\nsys.stdin.buffer.read(13)\n"
        "sys.stdout.buffer.write(struct.pack('>II', 5, 1) + bytes(15))\n"
    )
    monkeypatch.setattr(decoder_process.decoder, "__file__", str(lies))
    assert decoding.decode(b"x", 4, 4) is None
    decoding.close()


def test_too_many_bytes_start_no_decoder(decoding: PictureDecoder) -> None:
    assert decoding.decode(bytes(decoder_process.MAX_BYTES + 1), 4, 4) is None
    assert decoding._starts == 0


def test_two_pixels_are_one_sign() -> None:
    assert half_blocks(TWO, has_all_colours=True) == [
        "\x1b[38;2;255;0;0;48;2;255;0;0m▀\x1b[38;2;0;255;0;48;2;0;0;255m▀\x1b[0m",
        "\x1b[38;2;9;9;9;49m▀▀\x1b[0m",
    ]
    first, _ = half_blocks(TWO, has_all_colours=False)
    assert first == "\x1b[38;5;196;48;5;196m▀\x1b[38;5;46;48;5;21m▀\x1b[0m"
    assert has_all_colours({"COLORTERM": "truecolor"})
    assert not has_all_colours({})


def test_kittys_sequences_carry_the_pixels() -> None:
    picture = Pixels(60, 40, bytes(range(240)) * 30)
    text = kitty_sequence(picture, 10, 3)
    parts = text.removesuffix("\x1b\\").split("\x1b\\")
    assert parts[0].startswith("\x1b_Ga=T,q=2,f=24,s=60,v=40,c=10,r=3,C=1,m=1;")
    assert parts[-1].startswith("\x1b_Gm=0;")
    payload = [part.partition(";")[2] for part in parts]
    assert b64decode("".join(payload)) == picture.data
    assert max(map(len, payload)) <= CHUNK


def test_sixels_can_be_read_back() -> None:
    text = sixel_sequence(TWO)
    assert text.startswith('\x1bPq"1;1;2;3#') and text.endswith("-\x1b\\")
    assert "#180;2;100;0;0" in text  # red
    # Row 0 is bit 0: red stands in both rows of the first column.
    assert "#180B?" in text and "#30?@" in text and "#5?A" in text and "#0CC" in text


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (b"\x1b_Gi=31;OK\x1b\\\x1b[6;20;10t\x1b[?62;4c", Graphics(True, True, (10, 20))),
        (b"\x1b[?62;22c", Graphics()),
        (b"\x1b[?1;2;4c", Graphics(sixel=True)),
        (b"\x1b[6;999;999t\x1b[?62c", Graphics(cell=USUAL_CELL)),
        (b"\x1b_Gi=31;ENOENT\x1b\\\x1b[?62c", Graphics()),
        (b"q\x1b[", Graphics()),
        (b"", Graphics()),
    ],
)
def test_what_a_terminal_says(answer: bytes, found: Graphics) -> None:
    assert read_answer(answer) == found


def test_only_what_is_held_is_drawn(tmp_path: Path) -> None:
    blobs = BlobDirectory(tmp_path)
    held = blobs.add(io.BytesIO(demo_picture()), 1)
    drawing = PicturePainter(blobs, is_paged=True)
    lines = drawing.lines(held.cid, 30, 16)
    assert lines is not None and len(lines) == 10
    assert drawing.lines(held.cid[:-1] + b"x", 30, 16) is None
    assert drawing.lines(held.cid, 3, 16) is None
    drawing.close()


@long
@pytest.mark.e2e
def test_a_held_picture_is_drawn_at_a_terminal_and_nowhere_else(
    sayso: Sayso, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "evening.png"
    path.write_bytes(demo_picture())
    entry = sayso("post", "look", "--attach", path, "--home", home, "--json").record["id"]
    assert "▀" not in sayso("read", "--home", home).out
    assert "▀" in at_terminal(home, "read", "--no-pager", term="xterm").screen
    assert "▀" in at_terminal(home, "show", entry, "--no-pager", term="xterm").screen
    for words in (["--no-pictures"], ["--json"]):
        assert "▀" not in at_terminal(home, "read", "--no-pager", *words, term="xterm").screen
    assert "▀" not in at_terminal(home, "read", "--no-pager", term="dumb").screen
    sayso("edit", entry, "look", "--warn", "the sun", "--home", home)
    assert "▀" not in at_terminal(home, "read", "--no-pager", term="xterm").screen
    assert "▀" in at_terminal(home, "show", entry, "--no-pager", term="xterm").screen
    monkeypatch.setenv("NO_COLOR", "1")
    assert "▀" not in at_terminal(home, "show", entry, "--no-pager", term="xterm").screen


@long
@pytest.mark.e2e
@pytest.mark.parametrize(
    ("answer", "begins"),
    [
        (b"\x1b_Gi=31;OK\x1b\\\x1b[?62;4c", b"\x1b_Ga=T,"),
        (b"\x1b[?62;4c", b"\x1bPq"),
        (b"\x1b[?62c", "▀".encode()),
    ],
)
def test_the_terminal_is_drawn_on_as_it_says_that_it_can(
    sayso: Sayso, home: Path, tmp_path: Path, answer: bytes, begins: bytes
) -> None:
    path = tmp_path / "evening.png"
    path.write_bytes(demo_picture())
    sayso("post", "look", "--attach", path, "--home", home)
    ours, theirs = pty.openpty()
    line = [sys.executable, "-m", "sayso_cli.main", "read", "--no-pager", "--home", str(home)]
    process = subprocess.Popen(
        line,
        stdin=theirs,
        stdout=theirs,
        env=os.environ | {"TERM": "xterm"},
        start_new_session=True,
    )
    os.close(theirs)
    screen, is_answered = b"", False
    while True:
        try:
            data = os.read(ours, 65536)
        except OSError:  # Linux's way to say that the other side is closed
            break
        screen += data
        if QUESTION in screen and not is_answered:
            is_answered = True
            os.write(ours, answer)
    os.close(ours)
    assert (process.wait(), is_answered) == (0, True)
    assert begins in screen
