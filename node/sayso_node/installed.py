"""The versions of programs that are installed beside this one."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Final

_FOLDER_END: Final = ".dist-info"


def version_of(program: str) -> str:
    """The version of an installed program whose name is one word: what `importlib.metadata` says,
    which takes 20 ms to import, a fifteenth of the start of a node. Installers write the version
    into the name of a folder (PyPA, "Recording installed projects"); where there is none, as in a
    single file, it is asked after all. Raises `importlib.metadata.PackageNotFoundError`."""
    begin = f"{program}-"
    for folder in sys.path:
        with suppress(OSError):
            for name in os.listdir(folder or "."):  # noqa: PTH208 - pathlib reads them more slowly
                if name.startswith(begin) and name.endswith(_FOLDER_END):
                    return name[len(begin) : -len(_FOLDER_END)]
    from importlib.metadata import version

    return version(program)
