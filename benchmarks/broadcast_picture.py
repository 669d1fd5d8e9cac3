"""The picture of `benchmarks.broadcast`: after how long half, 99 % and all homes have a post."""

from __future__ import annotations

import math
from typing import Any, Final

WIDTH: Final = 640
PANEL: Final = 170
LEFT: Final = 56
GAP: Final = 44
APART: Final = 12
"""So that one label does not cover the next."""
COLOURS: Final = {"50": "#2b6cb0", "99": "#b7791f", "100": "#9b2c2c"}
SHOWN: Final = (
    ("homes alone, a tenth gone, first post", 0, "flood", 0.1),
    ("homes alone, 2 % left since the tree grew", 0, "tree", 0.02),
    ("each also at a hub, 2 % left since", 1, "tree", 0.02),
)


def draw(spreads: list[dict[str, Any]]) -> str:
    """An SVG with a line for each share, by the number of homes; the same spreads give the same."""
    sizes = sorted({one["homes"] for one in spreads})
    most = max(one["milliseconds"]["100"] for one in spreads)
    top = 500 * math.ceil(most / 500)
    height = 24 + len(SHOWN) * (PANEL + GAP) + 16
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
    ]
    for number, (title, with_hubs, way, share) in enumerate(SHOWN):
        mine = [one for one in spreads if _is_shown(one, with_hubs, way, share)]
        parts += _panel(24 + number * (PANEL + GAP), title, mine, sizes, top)
    return "\n".join([*parts, "</svg>", ""])


def _is_shown(one: dict[str, Any], with_hubs: int, way: str, share: float) -> bool:
    found = one.get("gone", one.get("left"))
    return bool(one["hubs"]) == bool(with_hubs) and one["way"] == way and found == share


def _panel(
    at: int, title: str, spreads: list[dict[str, Any]], sizes: list[int], top: int
) -> list[str]:
    floor = at + PANEL
    parts = [f'<text x="{LEFT}" y="{at - 6}" font-weight="bold">{title}</text>']
    for ms in range(0, top + 1, 500):
        y = _y(ms, floor, top)
        parts.append(f'<path d="M{LEFT} {y}H{WIDTH - 60}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{ms / 1000:g} s</text>')
    for size in sizes:
        x = _x(size, sizes)
        parts.append(f'<text x="{x}" y="{floor + 14}" text-anchor="middle">{size:,}</text>')
    label = 2.0 * floor
    for share, colour in COLOURS.items():
        points = [
            (_x(one["homes"], sizes), _y(one["milliseconds"][share], floor, top)) for one in spreads
        ]
        if not points:
            continue
        line = " ".join(f"{x},{y}" for x, y in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>' for x, y in points]
        x, y = points[-1]
        label = min(y + 4, label - APART)
        parts.append(f'<text x="{x + 8}" y="{label}" fill="{colour}">{share} %</text>')
    return parts


def _x(size: int, sizes: list[int]) -> float:
    low, high = math.log(sizes[0]), math.log(sizes[-1])
    share = (math.log(size) - low) / (high - low) if high > low else 0.5
    return round(LEFT + 30 + share * (WIDTH - LEFT - 140), 1)


def _y(ms: float, floor: int, top: int) -> float:
    return round(floor - ms / top * PANEL, 1)


def row(one: dict[str, Any]) -> str:
    """A spread as a row of the table in docs/scale.md."""
    share = one.get("gone", one.get("left"))
    what = f"first post, {share:.1%} gone" if "gone" in one else f"later, {share:.1%} left"
    times = " / ".join(f"{ms / 1000:.2f}" for ms in one["milliseconds"].values())
    cells = [
        f"{one['homes']:,}",
        f"{one['hubs']:,}",
        what,
        times,
        str(one["depth"]),
        f"{one['author']['pushes']}, {one['author']['bytes']:,}",
        f"{one['home']['bytes']:,}",
        f"{one['home']['passes_nothing_on']:.0%}",
        f"{one['hub']['bytes'] / 1e6:.2f}" if one["hubs"] else "",
    ]
    return f"| {' | '.join(cells)} |".replace("|  |", "| |")
