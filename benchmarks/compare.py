"""The same benchmarks of this checkout and of another one, in turns, and the ratios of both.

    python -m benchmarks.compare OTHER [--rounds 5] [--only ingest,live,…] [--little]

OTHER is a checkout with an environment of its own (`python3 dev.py setup --dev` there). Rounds are
taken in turns, this one first in every other, so that a noisy machine disturbs both alike. The
round before the first is shown and not counted. Prints one JSON object: by benchmark and figure
the median of each side, their ratio (this by the other), and all rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parents[1]

WORK = {
    "ingest": ["--rounds", "1"],
    "replicate": ["--rounds", "1"],
    "publish": [],
    "live": ["--posts", "40"],
    "start": ["--feeds", "1000", "--posts", "10000", "--rounds", "3"],
}
LITTLE = {
    "ingest": ["--posts", "2000", "--feeds", "20", "--rounds", "1"],
    "replicate": ["--posts", "2000", "--feeds", "20", "--rounds", "1"],
    "publish": ["--posts", "20", "--batch", "20"],
    "live": ["--posts", "3"],
    "start": ["--feeds", "20", "--posts", "200", "--rounds", "1"],
}

Figures = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("other", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", type=lambda names: names.split(","), default=list(WORK))
    parser.add_argument("--little", action="store_true", help="as a test of this command does")
    options = parser.parse_args()
    work = LITTLE if options.little else WORK
    sides = {"this": HERE, "other": options.other.resolve()}
    result = {
        name: compare(name, work[name], sides, options.rounds)
        for name in WORK
        if name in options.only
    }
    print(json.dumps(result))


def compare(
    name: str, arguments: list[str], sides: dict[str, Path], rounds: int
) -> dict[str, object]:
    """Medians, ratios and all rounds of one benchmark."""
    taken: dict[str, list[Figures]] = {side: [] for side in sides}
    for number in range(rounds + 1):
        for side in sorted(sides, reverse=number % 2 == 0):
            taken[side].append(figures(sides[side], name, arguments))
            print(f"{name}, round {number}, {side}", file=sys.stderr)
    counted = {side: found[1:] for side, found in taken.items()}
    middle = {
        side: {key: median(one[key] for one in found) for key in found[0]}
        for side, found in counted.items()
    }
    ratios = {
        key: round(value / middle["other"][key], 3)
        for key, value in middle["this"].items()
        if middle["other"].get(key)
    }
    return {"ratio": ratios, "median": middle, "rounds": taken}


def figures(checkout: Path, name: str, arguments: list[str]) -> Figures:
    """What one run of a benchmark prints, as numbers under flat names."""
    program = str(checkout / ".venv" / "bin" / "python")
    done = subprocess.run(
        [program, "-m", f"benchmarks.{name}", *arguments],
        cwd=checkout,
        env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{checkout}: benchmarks.{name} failed: {done.stderr.strip()}")
    return flat(json.loads(done.stdout))


def flat(record: dict[str, object], prefix: str = "") -> Figures:
    found: Figures = {}
    for key, value in record.items():
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{key}.")
        elif isinstance(value, int | float):
            found[prefix + key] = float(value)
    return found


if __name__ == "__main__":
    main()
