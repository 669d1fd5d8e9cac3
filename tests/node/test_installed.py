"""The versions of programs: found without reading what installers wrote about them."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest
from tests.budget import long

import sayso_node
from sayso_node.installed import version_of


@pytest.mark.parametrize("program", ["sayso", "trio", "msgpack", "zstandard"])
def test_it_is_the_version_that_python_knows(program: str) -> None:
    assert version_of(program) == importlib.metadata.version(program)


def test_a_program_that_is_not_there_has_none() -> None:
    with pytest.raises(importlib.metadata.PackageNotFoundError):
        version_of("sayso-that-nobody-installed")


def test_the_first_place_counts_and_what_is_no_folder_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, single = tmp_path / "first", tmp_path / "second", tmp_path / "single.pyz"
    single.touch()
    for folder, name in ((first, "other-1.0.dist-info"), (second, "sayso-2.5.dist-info")):
        (folder / name).mkdir(parents=True)
    places = [str(single), str(tmp_path / "gone"), str(first), str(second), *sys.path]
    monkeypatch.setattr(sys, "path", places)
    assert version_of("sayso") == "2.5"
    assert sayso_node.VERSION == "2.5"
    assert sayso_node.SOFTWARE == "sayso/2.5"


@long
def test_a_node_is_loaded_without_what_reads_metadata() -> None:
    code = "import sayso_node.daemon.run, sys; print('importlib.metadata' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
