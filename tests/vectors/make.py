"""Writes the vectors: ``python -m tests.vectors.make``; with ``--check`` only says what differs.

What a case expects is stated beside it by hand; the code under test is asked for nothing
but honest signatures and encodings. Output is the same on every machine.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

from .cases import Case, plain

HERE = Path(__file__).resolve().parent

FORMAT = (
    *("keys", "signatures", "phrases", "hashes", "msgpack"),
    *("statements", "entries", "bodies", "runs", "forks"),
)
"""Subjects that decide what is true: frozen."""
WIRE = (
    *("frames", "absences", "order", "interest", "sessions"),
    *("invites", "announcements", "blobs", "first_words", "letters", "groups", "attachments"),
    *("private_letters", "rosters"),
)
LOCAL = ("texts",)
"""What decides nothing on the network, and is better the same in all readers."""
SUBJECTS = (*FORMAT, *WIRE, *LOCAL)


def path_of(subject: str) -> Path:
    """The file of a subject."""
    return HERE / f"{subject}.json"


def text_of(subject: str) -> str:
    """The file's content, one case a line."""
    module = importlib.import_module(f"{__package__}.subjects.{subject}")
    about = " ".join(module.__doc__.split())
    lines = ",\n".join(json.dumps(plain(case), ensure_ascii=True) for case in module.make())
    return f'{{"subject": "{subject}",\n"about": {json.dumps(about)},\n"cases": [\n{lines}\n]}}\n'


def load(subject: str) -> list[Case]:
    """The cases of a file."""
    cases: list[Case] = json.loads(path_of(subject).read_text(encoding="ascii"))["cases"]
    return cases


def main(arguments: list[str]) -> int:
    """Write or check every file; returns the exit code."""
    differing = []
    for subject in SUBJECTS:
        text, path = text_of(subject), path_of(subject)
        if path.exists() and path.read_text(encoding="ascii") == text:
            continue
        differing.append(path.name)
        if "--check" not in arguments:
            path.write_text(text, encoding="ascii")
    verb = "differs" if "--check" in arguments else "written"
    for name in differing:
        print(f"{name}: {verb}")
    return 1 if differing and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
