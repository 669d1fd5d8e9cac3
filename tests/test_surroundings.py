"""Whoever runs the tests, and wherever: all that they start has the same surroundings."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.budget import long, some

ROOT = Path(__file__).resolve().parent.parent
SLEEPER = "import time; print('up', flush=True); [time.sleep(0.02) for _ in range(3000)]"
IGNORING = "import os, signal, sys; {}; os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"


def test_ctrl_c_ends_what_tests_start() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SLEEPER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(120) != 0


def test_text_is_utf8_here_and_in_what_tests_start(tmp_path: Path) -> None:
    program = "print('grün 你好'); import sys; print(sys.stdin.encoding, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("grün 你好\n", "utf-8\n")
    file = tmp_path / "grün"
    file.write_text("你好")
    assert file.read_bytes().decode() == "你好"


def test_neither_width_nor_colour_is_that_of_the_shell() -> None:
    program = (
        "import os, shutil; print(*shutil.get_terminal_size()); "
        "print(sorted(os.environ.keys() & {'FORCE_COLOR', 'NO_COLOR'}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "80 24\n[]\n"


@long
@pytest.mark.parametrize(
    ("before", "surroundings"),
    some(
        [
            ("signal.signal(signal.SIGINT, signal.SIG_IGN)", {"LC_ALL": "C"}),
            ("os.umask(0o077)", {"LC_ALL": "tr_TR.UTF-8", "COLUMNS": "20", "FORCE_COLOR": "1"}),
        ],
        1,
    ),
)
def test_they_are_the_same_however_the_tests_are_started(
    before: str, surroundings: dict[str, str]
) -> None:
    others = ["ctrl_c", "utf8", "neither_width"]
    command = ["-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", __file__]
    kept = {
        name: value for name, value in os.environ.items() if name not in {"LC_ALL", "PYTHONUTF8"}
    }
    done = subprocess.run(
        [sys.executable, "-c", IGNORING.format(before), *command, "-k", " or ".join(others)],
        cwd=ROOT,
        env=kept | surroundings,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(others)} passed" in done.stdout
