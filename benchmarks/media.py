"""What attaching a picture and a film costs, and what is looked for in a text.

    python -m benchmarks.media [--megabytes 200] [--posts 2000] [--rounds 5]

Prints one JSON object: processor seconds, medians of the rounds, and the most memory that the
process held beyond what it began with. The film is made by hand: a track of picture, one of sound
and one of places, whose samples take turns. The picture has twelve million pixels of noise, which
no JPEG makes smaller.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import struct
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from sayso_node.compose.language import guess_language
from sayso_node.entries.hashtags import hashtags
from sayso_node.entries.urls import links_in
from sayso_node.home.directory import Home
from sayso_node.media.attachment_file import AttachmentFile, attached
from sayso_protocol.media.jpeg import strip_jpeg
from sayso_protocol.media.mp4 import strip_film

TEXT = "We walked along the river with @anna, see https://example.org/a_(b)?c=d #walk. "
CHUNK = 64 << 10


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=200, help="size of the film")
    parser.add_argument("--posts", type=int, default=2000, help="texts that are looked through")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), args.megabytes << 20, args.posts, args.rounds)
    print(json.dumps(found))


def measure(folder: Path, size: int, posts: int, rounds: int) -> dict[str, float]:
    """Seconds and megabytes by what was done."""
    film, photo = folder / "film", folder / "photo.jpg"
    write_film(film, size)
    before = _peak_mb()
    with film.open("rb") as file:
        walk = timed(rounds, lambda: strip_film(_reader(file), film.stat().st_size))
    attach = timed(1, lambda: _attach(folder, film))
    memory = _peak_mb() - before
    Image.effect_noise((4000, 3000), 40).convert("RGB").save(photo, quality=92)
    picture = photo.read_bytes()
    return {
        "picture_mb": len(picture) / 1e6,
        "strip_picture_s": timed(rounds, lambda: strip_jpeg(picture)),
        "film_mb": film.stat().st_size / 1e6,
        "walk_film_s": walk,
        "attach_film_s": attach,
        "attach_film_peak_mb": memory,
        "links_us_a_post": timed(rounds, lambda: [links_in(TEXT) for _ in range(posts)], posts),
        "tags_us_a_post": timed(rounds, lambda: [hashtags(TEXT) for _ in range(posts)], posts),
        "language_us_a_post": timed(
            rounds, lambda: [guess_language(TEXT) for _ in range(posts)], posts
        ),
    }


def write_film(path: Path, size: int) -> None:
    """A film of about so many bytes: eight chunks of picture to one of sound and one of places."""
    turns = max(size // (10 * CHUNK), 1)
    kinds = [b"vide"] * 8 + [b"soun", b"meta"]
    head = _box(b"ftyp", b"isom" + bytes(4) + b"isommp42")
    first, media = len(head) + 8, turns * len(kinds) * CHUNK
    places: dict[bytes, list[int]] = {}
    for number in range(turns * len(kinds)):
        places.setdefault(kinds[number % len(kinds)], []).append(first + number * CHUNK)
    tracks = [_track(number, kind, places[kind]) for number, kind in enumerate(places, 1)]
    with path.open("wb") as file:
        file.write(head + struct.pack(">I4s", media + 8, b"mdat"))
        for number in range(turns * len(kinds)):
            file.write(number.to_bytes(8) * (CHUNK // 8))
        file.write(_box(b"moov", _box(b"mvhd", bytes(100)), *tracks))


def timed(rounds: int, work: Callable[[], object], items: int = 0) -> float:
    """Processor seconds of one round, or microseconds of each of so many items."""
    taken = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    middle = statistics.median(taken)
    return middle * 1e6 / items if items else middle


def _attach(folder: Path, path: Path) -> None:
    with attached(Home(folder / "home"), [AttachmentFile(path)]):
        pass


def _reader(file: object) -> Callable[[int, int], bytes]:
    def read(at: int, size: int) -> bytes:
        file.seek(at)  # type: ignore[attr-defined]
        return bytes(file.read(size))  # type: ignore[attr-defined]

    return read


def _track(number: int, kind: bytes, places: list[int]) -> bytes:
    tables = (
        _box(b"stsd", bytes(8)),
        _box(b"stsz", bytes(4), struct.pack(">II", CHUNK, len(places))),
        _box(b"stsc", bytes(4), struct.pack(">IIII", 1, 1, 1, 1)),
        _box(b"stco", bytes(4), struct.pack(f">I{len(places)}I", len(places), *places)),
    )
    within = _box(b"hdlr", bytes(8), kind, bytes(13)), _box(b"minf", _box(b"stbl", *tables))
    head = _box(b"tkhd", bytes(12), struct.pack(">I", number), bytes(68))
    return _box(b"trak", head, _box(b"mdia", *within))


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
