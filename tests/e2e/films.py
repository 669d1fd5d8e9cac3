"""Posts with blobs attached, written as the media of a home are."""

from __future__ import annotations

from pathlib import Path

from sayso_node.accounts.author import Author
from sayso_node.home.directory import Home as Directory
from sayso_node.home.open_store import open_home
from sayso_node.media.blob_store import add_blob
from sayso_protocol.blob.cid import cid_text
from sayso_protocol.content.attachment import Attachment
from sayso_protocol.content.body import Post


def attach(home: Path, file: Path, media_type: str, alt: str = "") -> tuple[str, str]:
    """Write a post with one file attached; gives its id and the CID, as text."""
    directory = Directory(home)
    held = add_blob(directory, file)
    with open_home(directory) as store:
        attachment = Attachment(held.cid, held.size, media_type, alt)
        run = Author(directory, store, None).publish([Post("look", attach=(attachment,))])
    return run.tip.hex(), cid_text(held.cid)


def write_film(path: Path, size: int) -> None:
    """A file of which no two megabytes are alike."""
    with path.open("wb") as file:
        for number in range(-(-size // (1 << 20))):
            block = number.to_bytes(8, "big") * (1 << 17)
            file.write(block[: min(1 << 20, size - number * (1 << 20))])
