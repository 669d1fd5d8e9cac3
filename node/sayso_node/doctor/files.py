"""The files of a home: whose they are, who may read them, and how much room is beside them."""

from __future__ import annotations

import os
import shlex
import shutil
import stat
from pathlib import Path
from typing import Final

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

from ..home.directory import DIRECTORY_MODE, FILE_MODE, Home
from .diagnosis import Diagnosis, fine, wrong

LEAST_FREE: Final = 100_000_000
"""Bytes: a batch of entries, the store's journal (32 MB), and its copy while it is folded in."""

SCARCE_FREE: Final = 1_000_000_000
"""Bytes below which it is said, without being wrong: some years of a person's reading."""


def check_permissions(home: Home) -> Diagnosis:
    """Whether nobody but the owner can get at the home."""
    check = "permissions"
    mend = [text for path in _files(home) if (text := _mend(home, path))]
    if not mend:
        return fine(check, _("{path} is the owner's alone").format(path=home.path))
    return wrong(
        check,
        _("{n_file} can be used by others, or not by you").format(
            n_file=quantity(len(mend), "file")
        ),
        "; ".join(mend),
    )


def _files(home: Home) -> list[Path]:
    store = [home.store.with_name(home.store.name + end) for end in ("", "-wal", "-shm")]
    named = (home.path, *home.written_whole, *store, home.log, home.lock_file, home.control)
    return [path for path in dict.fromkeys(named) if os.path.lexists(path)]


def _mend(home: Home, path: Path) -> str:
    """The command that puts one file right; empty where it is."""
    found = path.lstat()
    name = shlex.quote(str(path))
    if stat.S_ISLNK(found.st_mode) and path not in (home.filters, home.views):
        return _("put the file itself in the place of the link {name}").format(name=name)
    found = path.stat() if path.exists() else found
    if found.st_uid != os.geteuid():
        return f"sudo chown {os.geteuid()} {name}"
    wanted = DIRECTORY_MODE if path == home.path else FILE_MODE
    # Who cannot enter the home cannot read what is in it: only the secrets are looked at twice.
    is_private = path == home.path or path in (home.keys, home.next_keys, home.node_key)
    too_open = is_private and found.st_mode & 0o077
    if too_open or found.st_mode & wanted != wanted:
        return f"chmod {wanted:o} {name}"
    return ""


def check_disk(home: Home) -> Diagnosis:
    """Whether there is room."""
    check = "disk"
    place = home.path if home.path.exists() else home.path.parent
    try:
        free = shutil.disk_usage(place).free
        nodes = os.statvfs(place)
    except OSError as error:
        return wrong(
            check,
            _("{place} cannot be used ({reason})").format(place=place, reason=error.strerror),
            _("check the path, and that the disk is there"),
        )
    if nodes.f_files and not nodes.f_favail:
        return wrong(
            check, _("the disk takes no more files"), _("remove files that you do not need")
        )
    if nodes.f_flag & os.ST_RDONLY:
        return wrong(
            check,
            _("the disk can only be read"),
            _("mount it so that it can be written, or name another --home"),
        )
    found = _("{free:.1f} GB are free").format(free=free / 1e9)
    if free < LEAST_FREE:
        found = _("only {free:.0f} MB are free").format(free=free / 1e6)
        return wrong(check, found, _("make room: nothing new can be stored"))
    return fine(check, found, _("make room soon") if free < SCARCE_FREE else "")
