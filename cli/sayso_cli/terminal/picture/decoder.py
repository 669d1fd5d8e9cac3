"""The child that decodes pictures of strangers. It stands alone: nothing of sayso is imported.

It has little memory, little time and writes no file; where a picture asks for more it fails, or is
ended by the system, and the command goes on without.

Run as ``python -I decoder.py FOLDER``, FOLDER being where Pillow is. Requests on stdin: bytes of a
picture, most columns and rows of pixels (three numbers of 4 bytes, big-endian), then the picture.
Answers on stdout: width and height (two numbers of 4 bytes), then as many pixels of 3 bytes, red,
green, blue; 0 and 0 for what cannot be drawn.
"""

from __future__ import annotations

import contextlib
import io
import resource
import struct
import sys
import warnings
from typing import Any, BinaryIO

MEMORY = 400 << 20
"""Bytes that the process may map: twice what a picture of 24 million pixels takes."""

SECONDS = 20
"""Processor time for all pictures of one command."""

MAX_PIXELS = 40_000_000
"""Pixels of a picture, as it says itself before any is decoded."""

FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
"""Of the formats that Pillow knows, those that posts have: the others are many, and seldom used."""

REQUEST = struct.Struct(">III")
ANSWER = struct.Struct(">II")
REFUSED = (0, 0, b"")


def limit() -> None:
    """Take from this process what decoding does not need."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # of a system that knows no such bound
            resource.setrlimit(what, (most, most))


def decoded(image: Any, data: bytes, columns: int, rows: int) -> tuple[int, int, bytes]:
    """Width, height and pixels of a picture made small; `REFUSED` where it cannot be decoded.
    `image` is `PIL.Image`."""
    try:
        with image.open(io.BytesIO(data), formats=FORMATS) as found:
            if found.width * found.height > MAX_PIXELS:
                return REFUSED
            found.draft("RGB", (columns * 2, rows * 2))  # JPEG is decoded small at once
            found.thumbnail((columns, rows), image.Resampling.BILINEAR)
            shown = found.convert("RGBA")
            ground = image.new("RGBA", shown.size, (255, 255, 255, 255))
            ground.alpha_composite(shown)
            return shown.width, shown.height, ground.convert("RGB").tobytes()
    except Exception:
        # Whatever a decoder says of a hostile picture: it is not drawn.
        return REFUSED


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until there are no more requests."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    while len(head := requests.read(REQUEST.size)) == REQUEST.size:
        size, columns, rows = REQUEST.unpack(head)
        width, height, pixels = decoded(Image, requests.read(size), columns, rows)
        answers.write(ANSWER.pack(width, height) + pixels)
        answers.flush()


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.path.append(sys.argv[1])
    limit()
    serve(sys.stdin.buffer, sys.stdout.buffer)
