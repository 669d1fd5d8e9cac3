"""Running commands in this process, each in a home of its own."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sayso_cli.main import main


@dataclass(frozen=True)
class Done:
    """What one command left."""

    code: int
    out: str
    err: str

    @property
    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def record(self) -> dict[str, Any]:
        [only] = self.records
        return only


Sayso = Callable[..., Done]


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SAYSO_HOME", "SAYSO_DEBUG", "SAYSO_PASSPHRASE_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def sayso(capsys: pytest.CaptureFixture[str]) -> Sayso:
    """Run a command line as `main` gets it."""

    def run(*words: object) -> Done:
        capsys.readouterr()
        code = main([str(word) for word in words])
        out, err = capsys.readouterr()
        return Done(code, out, err)

    return run


@pytest.fixture(scope="session")
def _made_homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("homes")
    for name in ("Robin", "Anna"):
        assert main(["init", "--home", str(place / name), "--name", name]) == 0
    return place


@pytest.fixture
def home(_made_homes: Path, tmp_path: Path) -> Path:
    """Robin's home: an account and nothing else."""
    return Path(shutil.copytree(_made_homes / "Robin", tmp_path / "robin"))


@pytest.fixture
def other(_made_homes: Path, tmp_path: Path) -> Path:
    """Anna's home."""
    return Path(shutil.copytree(_made_homes / "Anna", tmp_path / "anna"))


@pytest.fixture
def anna(sayso: Sayso, other: Path) -> str:
    """Anna's account key."""
    return str(sayso("profile", "--home", other, "--json").record["account"])
