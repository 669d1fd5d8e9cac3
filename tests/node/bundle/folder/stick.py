"""A stick that is pulled out: what it may hold afterwards, and calls that fail from some moment on.

As in `tests/node/home/powercut.py`, for a tree: a file has what was synced, or of what was not any
beginning, or as many zeros; a directory has all that was done in it before it was synced, and of
the rest any beginning.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

Image = dict[str, bytes | None]
"""Files by path, and directories as None."""

CALLS = ("open", "mkdir", "rename", "unlink", "fsync", "scandir", "stat")


@dataclass
class File:
    """An inode: what was written, and what of it is safe."""

    written: bytes = b""
    synced: bytes | None = None

    def after(self, chance: Random) -> bytes:
        if self.synced is not None:
            return self.synced
        torn = self.written[: chance.randint(0, len(self.written))]
        return chance.choice([torn, torn + bytes(len(self.written) - len(torn)), b""])


@dataclass
class StickLog:
    """What was done below a folder, in order."""

    folder: Path
    calls: list[tuple[str, str, str, File | None]] = field(default_factory=list)

    def image(self, point: int, chance: Random) -> Image:
        """What there may be after a cut right before call number `point`."""
        done = self.calls[:point]
        directories = {""} | {str(Path(name).parent) for _, name, _, _ in done if name}
        files: dict[str, File] = {}
        made: set[str] = set()
        for place in sorted({_text(one) for one in directories}):
            own = [call for call in done if _directory_of(call) == place]
            safe = max((n for n, call in enumerate(own) if call[0] == "sync folder"), default=-1)
            kept = chance.choice([len(own), chance.randint(safe + 1, len(own))])
            for call in own[:kept]:
                _apply(call, files, made)
        image: Image = {}
        for name in sorted(made):
            if _is_reachable(name, made):
                image[name] = None
        for name, file in files.items():
            if _is_reachable(name, made):
                image[name] = file.after(chance)
        return image


def _text(name: str) -> str:
    return "" if name == "." else name


def _directory_of(call: tuple[str, str, str, File | None]) -> str:
    what, name, _, _ = call
    return name if what == "sync folder" else _text(str(Path(name).parent))


def _is_reachable(name: str, made: set[str]) -> bool:
    return all(_text(str(one)) in made for one in Path(name).parents if _text(str(one)))


def _apply(call: tuple[str, str, str, File | None], files: dict[str, File], made: set[str]) -> None:
    what, name, other, file = call
    if what == "mkdir":
        made.add(name)
    elif what == "create" and file is not None:
        files[name] = file
    elif what == "rename":
        files[other] = files.pop(name)
    elif what == "unlink":
        files.pop(name, None)


def put(folder: Path, image: Image) -> Path:
    """A new folder with this in it."""
    folder.mkdir()
    for name, data in sorted(image.items()):
        if data is None:
            (folder / name).mkdir()
    for name, data in image.items():
        if data is not None:
            (folder / name).write_bytes(data)
    return folder


def _path(name: Any, dir_fd: int | None) -> Path:
    base = Path.cwd() if dir_fd is None else Path(f"/proc/self/fd/{dir_fd}").readlink()
    return base / os.fsdecode(name)


@contextmanager
def watched(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, syncs: bool = True
) -> Iterator[StickLog]:
    """Note what is done below a folder; without `syncs` as if nothing were ever synced."""
    log = StickLog(folder)
    open_files: dict[str, File] = {}

    def note(what: str, path: Path, other: Path | None = None, file: File | None = None) -> None:
        for at, one in open_files.items():
            if (folder / at).exists():
                one.written = (folder / at).read_bytes()
        if path == folder or folder in path.parents:
            name = _text(str(path.relative_to(folder)))
            to = "" if other is None else str(other.relative_to(folder))
            if what == "create" and file is not None:
                open_files[name] = file
            elif what in ("rename", "unlink"):
                open_files.pop(name, None)
            log.calls.append((what, name, to, file))

    real = {name: getattr(os, name) for name in CALLS}

    def opened(name: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if flags & os.O_CREAT:
            note("create", _path(name, dir_fd), file=File())
        return int(real["open"](name, flags, mode, dir_fd=dir_fd))

    def synced(descriptor: int) -> None:
        real["fsync"](descriptor)
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if not syncs:
            return
        if path.is_dir():
            note("sync folder", path)
        else:
            file = open_files[str(path.relative_to(folder))]
            file.synced = path.read_bytes()

    def mkdir(name: Any, mode: int = 0o777, *, dir_fd: int | None = None) -> None:
        real["mkdir"](name, mode, dir_fd=dir_fd)
        note("mkdir", _path(name, dir_fd))

    def rename(name: Any, to: Any, *, src_dir_fd: int, dst_dir_fd: int) -> None:
        note("rename", _path(name, src_dir_fd), _path(to, dst_dir_fd))
        real["rename"](name, to, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)

    def unlink(name: Any, *, dir_fd: int | None = None) -> None:
        note("unlink", _path(name, dir_fd))
        real["unlink"](name, dir_fd=dir_fd)

    with monkeypatch.context() as patch:
        for name, call in [
            ("open", opened),
            ("fsync", synced),
            ("mkdir", mkdir),
            ("rename", rename),
            ("unlink", unlink),
        ]:
            patch.setattr(os, name, call)
        yield log


@contextmanager
def pulled_after(calls: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Let each call fail after so many, as where the stick is gone; counts those that were made."""
    made = [0]

    def failing(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            made[0] += 1
            if made[0] > calls:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return real(*args, **named)

        return call

    with monkeypatch.context() as patch:
        for name in CALLS:
            patch.setattr(os, name, failing(getattr(os, name)))
        yield made
