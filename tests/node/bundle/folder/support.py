"""People who take turns with a folder."""

from __future__ import annotations

from pathlib import Path

from tests.node.support import Person

from sayso_node.bundle.folder.file_name import SegmentName
from sayso_node.bundle.folder.folder_sync import sync_folder
from sayso_node.bundle.folder.segment_reader import FolderResult


def turn(person: Person, folder: Path, **options) -> FolderResult:
    """One exchange of a person's store with a folder."""
    result = FolderResult()
    sync_folder(person.store, folder, result, **options)
    return result


def amounts(result: FolderResult) -> tuple[int, int]:
    return result.received, result.sent


def quiet(result: FolderResult) -> bool:
    """Whether nothing went either way, and nothing was written."""
    return (result.received, result.sent, result.bytes_out, result.damaged) == (0, 0, 0, 0)


def circle(*names: str) -> list[Person]:
    """People who all follow each other."""
    people = [Person(name) for name in names]
    for one in people:
        for other in people:
            if one is not other:
                one.follow(other)
    return people


def held(person: Person, *others: Person) -> dict[str, int]:
    return {other.name: person.held_of(other) for other in (person, *others)}


def segments_of(folder: Path, person: Person) -> list[Path]:
    """The files of a person's feed, the newest entries last."""
    place = folder / "sayso" / "feeds-1" / person.account.hex()[:32] / person.feed.hex()[:32]
    found = [(SegmentName.parse(path.name), path) for path in place.iterdir()]
    return [path for _, path in sorted((n.last, p) for n, p in found if n is not None)]
