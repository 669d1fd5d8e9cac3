"""Films made by hand: two tracks that are shown, and one with places, as cameras write it."""

import struct
from dataclasses import dataclass

SECRET = b"SECRET cam 52.5"
MADE = b"\xdd" * 8


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


@dataclass
class Track:
    number: int
    handler: bytes
    chunks: list[list[bytes]]
    """Samples, chunk by chunk."""
    wide: bool = False
    refers_to: int | None = None

    @property
    def samples(self) -> list[bytes]:
        return [one for chunk in self.chunks for one in chunk]


def film(*tracks: Track, between: bytes = b"", brand: bytes = b"isom", last: bytes = b"") -> bytes:
    """A film whose chunks take turns in `mdat`, with `between` after each."""
    head = box(b"ftyp", brand + bytes(4) + b"isommp42") + box(b"uuid", SECRET * 3)
    places: dict[int, list[int]] = {track.number: [] for track in tracks}
    media = b""
    for turn in range(max(len(track.chunks) for track in tracks)):
        for track in tracks:
            if turn < len(track.chunks):
                places[track.number].append(len(head) + 8 + len(media))
                media += b"".join(track.chunks[turn]) + between
    index = box(
        b"moov",
        box(b"mvhd", bytes(4), MADE, bytes(88)),
        *(_track(track, places[track.number]) for track in tracks),
        box(b"meta", SECRET),
        box(b"udta", box(b"\xa9xyz", SECRET)),
    )
    return head + box(b"mdat", media) + index + box(b"free", SECRET) + last


def _track(track: Track, places: list[int]) -> bytes:
    more = (
        []
        if track.refers_to is None
        else [box(b"tref", box(b"cdsc", struct.pack(">I", track.refers_to)))]
    )
    return box(
        b"trak",
        box(b"tkhd", bytes(4), MADE, struct.pack(">I", track.number), bytes(68)),
        *more,
        box(
            b"mdia",
            box(b"mdhd", bytes(4), MADE, bytes(12)),
            box(b"hdlr", bytes(8), track.handler, b"appl" + bytes(8), SECRET + b"\0"),
            box(
                b"minf",
                box(b"dinf", box(b"dref", bytes(4), b"\0\0\0\1", box(b"url ", b"\0\0\0\1"))),
                box(b"stbl", *_tables(track, places)),
            ),
        ),
        box(b"udta", SECRET),
    )


def _tables(track: Track, places: list[int]) -> list[bytes]:
    sizes = [len(one) for one in track.samples]
    runs = b"".join(
        struct.pack(">III", number, len(chunk), 1) for number, chunk in enumerate(track.chunks, 1)
    )
    offsets = struct.pack(f">{len(places)}{'Q' if track.wide else 'I'}", *places)
    name = bytes([len(SECRET)]) + SECRET.ljust(31, b"\0")
    picture = (bytes(26), name, bytes(4), box(b"avcC", b"\1\2\3"))
    sound = (bytes(12), box(b"esds", b"\1\2\3"))
    more = picture if track.handler == b"vide" else sound
    entry = box(track.handler, bytes(12), b"cam!", *more)
    return [
        box(b"stsd", bytes(4), b"\0\0\0\1", entry),
        box(b"stsz", bytes(8), struct.pack(f">I{len(sizes)}I", len(sizes), *sizes)),
        box(b"stsc", bytes(4), struct.pack(">I", len(track.chunks)), runs),
        box(b"co64" if track.wide else b"stco", bytes(4), struct.pack(">I", len(places)), offsets),
    ]
