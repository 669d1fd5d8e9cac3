"""Power cuts under files that Python writes: what a disk may hold afterwards.

Each call that makes, renames, links, removes or syncs in one folder is noted. After a cut at some
point a file has what was synced, or any beginning of what was written and not synced; and the
folder has all that was done in it before it was synced, and of the rest any beginning, since file
systems keep the order of what they do with names.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest


@dataclass
class _File:
    """An inode: what was written, and what of it is safe."""

    written: bytes = b""
    synced: bytes | None = None


@dataclass
class DiskLog:
    """The calls, in order, each as what it does to names; and the files as they were before."""

    folder: Path
    before: dict[str, bytes] = field(default_factory=dict)
    calls: list[tuple[str, str, str]] = field(default_factory=list)
    contents: list[dict[str, bytes]] = field(default_factory=list)
    """What lay in the folder before each call."""

    def note(self, what: str, name: str, other: str = "") -> None:
        self.calls.append((what, name, other))
        self.contents.append(_contents(self.folder))

    def image(self, point: int, chance: Random) -> dict[str, bytes]:
        """The files that there may be after a cut right before call number `point`."""
        calls = self.calls[:point]
        safe = max((n for n, (what, *_) in enumerate(calls) if what == "sync folder"), default=-1)
        made = self._files(point)
        names = {name: _File(data, data) for name, data in self.before.items()}
        names |= {name: file for name, file in made.pop(-1).items() if name in names}
        for number in range(chance.randint(safe + 1, len(calls))):
            _apply(names, calls[number], made.get(number, {}))
        return {name: _after(file, chance) for name, file in names.items()}

    def _files(self, point: int) -> dict[int, dict[str, _File]]:
        """The files that each call made, by its number, and under -1 those of before; each as it
        was written and synced by then."""
        first = {name: _File(data, data) for name, data in self.before.items()}
        made = {-1: first}
        names = dict(first)
        for number, call in enumerate(self.calls[:point]):
            self._look(names, number)
            what, name, _ = call
            if what == "sync":
                names[name].synced = names[name].written
            elif what == "create":
                made[number] = {name: _File()}
            _apply(names, call, made.get(number, {}))
        self._look(names, point)
        return made

    def _look(self, names: dict[str, _File], number: int) -> None:
        for name, data in self.contents[number].items():
            names[name].written = data


def _apply(names: dict[str, _File], call: tuple[str, str, str], made: dict[str, _File]) -> None:
    what, name, other = call
    if what == "create":
        names |= made
    elif what in ("rename", "link"):
        names[other] = names[name]
    if what in ("rename", "unlink"):
        names.pop(name, None)


def _after(file: _File, chance: Random) -> bytes:
    if file.synced is not None:
        return file.synced
    return file.written[: chance.randint(0, len(file.written))]


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@contextmanager
def watched(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, syncs: bool = True
) -> Iterator[DiskLog]:
    """Note what is done in a folder; without `syncs` as if nothing were ever synced."""
    log = DiskLog(folder, _contents(folder))
    real_open, real_sync = os.open, os.fsync

    def name_of(path: object) -> str | None:
        place = Path(os.fsdecode(os.fspath(path)))  # type: ignore[call-overload]
        return place.name if place.parent == folder else None

    def opened(path: object, flags: int, *more: object, **named: object) -> int:
        name = name_of(path) if isinstance(path, str | os.PathLike) else None
        if name is not None and flags & os.O_CREAT and not os.path.lexists(folder / name):
            log.note("create", name)
        return real_open(path, flags, *more, **named)  # type: ignore[arg-type]

    def synced(descriptor: int) -> None:
        real_sync(descriptor)
        place = Path(f"/proc/self/fd/{descriptor}").readlink()
        if syncs and place == folder:
            log.note("sync folder", "")
        elif syncs and place.parent == folder:
            log.note("sync", place.name)

    def noted(what: str, real: Callable[..., None]) -> Callable[..., None]:
        def call(path: object, *more: object, **named: object) -> None:
            name = name_of(path)
            if name is not None:
                log.note(what, name, *filter(None, [name_of(one) for one in more]))
            real(path, *more, **named)

        return call

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", opened)
        patch.setattr(os, "fsync", synced)
        for what in ("rename", "link", "unlink"):
            patch.setattr(os, what, noted(what, getattr(os, what)))
        patch.setattr(os, "replace", noted("rename", os.replace))
        yield log
        log.note("end", "")
