"""Reads a code as it stands on a screen: blocks to light and dark, modules to text.

The reading is ISO/IEC 18004 for clean codes of level L in alphanumeric mode: format, mask, the way
of the codewords, the blocks that they are woven of. What mends errors is not needed and not done.
"""

from __future__ import annotations

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
MASKS = [
    lambda r, c: (r + c) % 2 == 0,
    lambda r, c: r % 2 == 0,
    lambda r, c: c % 3 == 0,
    lambda r, c: (r + c) % 3 == 0,
    lambda r, c: (r // 2 + c // 3) % 2 == 0,
    lambda r, c: (r * c) % 2 + (r * c) % 3 == 0,
    lambda r, c: ((r * c) % 2 + (r * c) % 3) % 2 == 0,
    lambda r, c: ((r + c) % 2 + (r * c) % 3) % 2 == 0,
]
ALIGNED = {
    2: [6, 18], 3: [6, 22], 4: [6, 26], 5: [6, 30], 6: [6, 34], 7: [6, 22, 38], 8: [6, 24, 42],
    9: [6, 26, 46], 10: [6, 28, 50], 11: [6, 30, 54], 12: [6, 32, 58], 13: [6, 34, 62],
}  # fmt: skip
DATA = {
    1: [19], 2: [34], 3: [55], 4: [80], 5: [108], 6: [68, 68], 7: [78, 78], 8: [97, 97],
    9: [116, 116], 10: [68, 68, 69, 69], 11: [81] * 4, 12: [92, 92, 93, 93], 13: [107] * 4,
}  # fmt: skip
"""Codewords of data in each block, by version, of level L."""


def modules_on(lines: list[str], *, background: bool) -> list[list[bool]]:
    """What is light on a screen whose own background is light or not. Colours that are named are
    those of white on black."""
    rows: list[list[bool]] = []
    for line in lines:
        coloured = line.startswith("\x1b[38;5;231;48;5;16m")
        blocks = line.removeprefix("\x1b[38;5;231;48;5;16m").removesuffix("\x1b[0m")
        ink = True if coloured else not background
        for half in (0, 1):
            rows.append([(sign in ("█", "▀▄"[half])) == ink for sign in blocks])
    return rows


def read_code(light: list[list[bool]]) -> str:
    """The text of a code with light around it; raises where it is none."""
    dark = [[not one for one in row] for row in light]
    rows = [at for at, row in enumerate(dark) if any(row)]
    columns = [at for at, column in enumerate(zip(*dark, strict=True)) if any(column)]
    quiet = min(rows[0], columns[0], len(dark[0]) - 1 - columns[-1])
    assert quiet >= 2, "no quiet zone"
    code = [row[columns[0] : columns[-1] + 1] for row in dark[rows[0] : rows[-1] + 1]]
    size = len(code)
    assert size == len(code[0]) and size % 4 == 1
    for at, row in enumerate(FINDER):
        assert code[at][:7] == row and code[at][-7:] == row and code[size - 7 + at][:7] == row
    return _text(_data(code, (size - 17) // 4), (size - 17) // 4)


FINDER = [[sign == "#" for sign in row] for row in (
    "#######", "#.....#", "#.###.#", "#.###.#", "#.###.#", "#.....#", "#######",
)]  # fmt: skip


def _data(code: list[list[bool]], version: int) -> bytes:
    size = len(code)
    bits = [code[8][c] for c in (0, 1, 2, 3, 4, 5, 7, 8)] + [code[r][8] for r in (7, 5, 4, 3, 2)]
    bits = [bit ^ (sign == "1") for bit, sign in zip(bits, "101010000010010", strict=False)]
    assert bits[:2] == [False, True], "not of level L"
    mask = MASKS[bits[2] << 2 | bits[3] << 1 | bits[4]]
    words, word = [], 0
    count = 0
    for column, upwards in _columns(size):
        for step in range(size):
            row = size - 1 - step if upwards else step
            for c in (column, column - 1):
                if not _is_function(row, c, size, version):
                    word = word << 1 | (code[row][c] ^ mask(row, c))
                    count += 1
                    if count % 8 == 0:
                        words.append(word)
                        word = 0
    blocks: list[list[int]] = [[] for _ in DATA[version]]
    stream = iter(words)
    for at in range(max(DATA[version])):
        for block, length in zip(blocks, DATA[version], strict=True):
            if at < length:
                block.append(next(stream))
    return bytes(word for block in blocks for word in block)


def _columns(size: int) -> list[tuple[int, bool]]:
    right = [c for c in range(size - 1, 0, -2) if c > 6] + [5, 3, 1]
    return [(column, at % 2 == 0) for at, column in enumerate(right)]


def _is_function(row: int, column: int, size: int, version: int) -> bool:
    if 6 in (row, column):
        return True
    if (row < 9 and (column < 9 or column >= size - 8)) or (row >= size - 8 and column < 9):
        return True
    if version >= 7 and ((row < 6 and column >= size - 11) or (column < 6 and row >= size - 11)):
        return True
    centres = ALIGNED.get(version, [])
    corners = {(6, 6), (6, centres[-1]), (centres[-1], 6)} if centres else set()
    return any(
        abs(row - r) <= 2 and abs(column - c) <= 2
        for r in centres
        for c in centres
        if (r, c) not in corners
    )


def _text(data: bytes, version: int) -> str:
    bits = "".join(f"{word:08b}" for word in data)
    assert bits[:4] == "0010", "not in alphanumeric mode"
    at = 4 + (9 if version < 10 else 11)
    length, text = int(bits[4:at], 2), ""
    while length - len(text) >= 2:
        number = int(bits[at : at + 11], 2)
        text, at = text + LETTERS[number // 45] + LETTERS[number % 45], at + 11
    return text + (LETTERS[int(bits[at : at + 6], 2)] if length > len(text) else "")


def picture(light: list[list[bool]], *, around: bool) -> bytes:
    """A portable bitmap, eight dots a module, in a frame of what the screen has around."""
    frame, wide = 4, len(light[0])
    rows = [[around] * (wide + 2 * frame)] * frame
    rows += [[around] * frame + row + [around] * frame for row in light] + rows
    text = "\n".join(
        "\n".join([" ".join(("0" if one else "1") * 8 for one in row).replace("", " ")] * 8)
        for row in rows
    )
    return f"P1\n{8 * (wide + 2 * frame)} {8 * len(rows)}\n{text}\n".encode()
