"""The files of a store's layout stay as they are, comments too: stores keep their text.

`verify` compares the text that a store was made with to these files, so whoever edits one makes it
call each store on earth damaged. What is to change gets a file of its own, with the next number.
"""

from hashlib import sha256
from pathlib import Path

from sayso_storage.sqlite import migrate

FROZEN = {
    "0001_start.sql": "b743aba924a5905a533263c53803e480",
    "0002_peers.sql": "8bd0564b729c0314afc0aedec2a51098",
    "0003_timelines.sql": "8e2f455e8f83c8a783b3ee9f6aa2d205",
    "0004_statements.sql": "b6a8f9adf3b9dee6248825e17a8aa511",
    "0005_acts.sql": "49f871fd03a47c48b7eccfde07e58b4a",
    "0006_words.sql": "349fa2d0e3847be4b9aa7dd3ccb1a02c",
    "0007_labels.sql": "cd5f53bc3fe099e771fff953c2fad54c",
    "0008_sources.sql": "17def88136bfee4b1be072d4b78b8d04",
    "0009_kept_back.sql": "c21db8ab72d3dc931cacd7a0bfe8257c",
}
"""The first 16 bytes of each file's SHA-256, by its name."""


def digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()[:32]


def test_no_file_of_the_layout_has_changed() -> None:
    found = {path.name: digest(path) for path in migrate.SCHEMA.glob("*.sql")}
    assert found == FROZEN
