"""Places in a clone, and how they are shown."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
STAMPS = VENV / "stamps"
LOG = VENV / "setup.log"
LOCKS = ROOT / "requirements"


def shown(path: Path) -> str:
    """Return a path as one would type it in the clone."""
    return str(path.relative_to(ROOT) if ROOT in path.parents else path)
