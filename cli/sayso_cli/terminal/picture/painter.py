"""The painter of pictures that are held: into the terminal, as well as it can."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from .decoder_process import MAX_BYTES, PictureDecoder, Pixels
from .half_blocks import half_blocks
from .query import Graphics, ask_terminal

if TYPE_CHECKING:
    from sayso_storage.interface.blobs import Blobs

DRAWN: Final = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
"""Types that are drawn; `decoder.FORMATS` has their names there."""

MOST: Final = 30
"""Pictures that one command draws: some screens, and a second or two."""


@dataclass(slots=True)
class PicturePainter:
    """Draws pictures out of a home's blobs. `is_paged` where a pager stands before the terminal:
    it lets colours through, and nothing else."""

    blobs: Blobs
    is_paged: bool
    _decoder: PictureDecoder = field(default_factory=PictureDecoder)
    _graphics: Graphics | None = None
    _drawn: int = 0

    def lines(self, cid: bytes, columns: int, rows: int) -> list[str] | None:
        """The picture of this CID in at most so many columns and rows; None where it cannot be
        drawn. Raises `StoreError`."""
        if self._drawn >= MOST or columns < 4 or rows < 1:
            return None
        self._drawn += 1
        data = self._data(cid)
        if data is None:
            return None
        found = self._terminal()
        wide, high = found.cell if found.kitty or found.sixel else (1, 2)
        picture = self._decoder.decode(data, columns * wide, rows * high)
        return None if picture is None else self._drawn_lines(picture, found)

    def close(self) -> None:
        """End the decoder."""
        self._decoder.close()

    def _data(self, cid: bytes) -> bytes | None:
        reader = self.blobs.open(cid)
        if reader is None:
            return None
        try:
            return None if reader.size > MAX_BYTES else reader.read(0, reader.size)
        finally:
            reader.close()

    def _terminal(self) -> Graphics:
        if self._graphics is None:
            self._graphics = Graphics() if self.is_paged else ask_terminal()
        return self._graphics

    def _drawn_lines(self, picture: Pixels, found: Graphics) -> list[str]:
        from .graphics import kitty_sequence, sixel_sequence

        if not (found.kitty or found.sixel):
            return half_blocks(picture, has_all_colours=has_all_colours(os.environ))
        wide, high = found.cell
        columns, rows = -(-picture.width // wide), -(-picture.height // high)
        if found.kitty:
            # The cursor stays, so the lines that it stands on come as well.
            return [kitty_sequence(picture, columns, rows), *[""] * (rows - 1)]
        return [sixel_sequence(picture)]


def has_all_colours(environ: Mapping[str, str]) -> bool:
    """Whether the terminal says that it has 16 million colours; else it has 256."""
    return environ.get("COLORTERM", "") in ("truecolor", "24bit")
