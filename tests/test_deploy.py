"""The files in deploy/ are sound, agree with each other, and hold commands that there are."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from configparser import RawConfigParser
from pathlib import Path
from urllib.request import urlopen

import pytest
import yaml
from distribution.environment import FROM_SDIST, LOCK_OPTIONS
from tests.budget import long

from sayso_cli.argument_parser import command_parser
from sayso_node.service.systemd import _UNIT
from sayso_node.web.bind_address import parse_metrics_address
from sayso_protocol.discovery.multiaddr import parse_listen_address

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
HUB = COMPOSE["services"]["hub"]
README = (DEPLOY / "README.md").read_text(encoding="utf-8")


def read_unit() -> RawConfigParser:
    parser = RawConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string((DEPLOY / "sayso-hub.service").read_text(encoding="utf-8"))
    return parser


UNIT = read_unit()


def dockerfile() -> Iterator[tuple[str, str]]:
    """The instructions of the Dockerfile, each with its argument."""
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _, rest = line.partition(" ")
        yield name, re.sub(r" +", " ", rest)


INSTRUCTIONS = list(dockerfile())


def of(name: str) -> list[str]:
    return [rest for instruction, rest in INSTRUCTIONS if instruction == name]


def commands_in_readme() -> list[list[str]]:
    """What follows `sayso`, or the name of the service, in the page's lines."""
    found = []
    for block in re.findall(r"^```text\n(.*?)^```$", README, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            words = shlex.split(line)
            if "/opt/sayso/bin/sayso" in words:
                found.append(words[words.index("/opt/sayso/bin/sayso") + 1 :])
            elif "exec" in words or "run" in words:
                rest = words[words.index("hub") + 1 :]
                found.append(rest[1:] if rest[0] == "sayso" else rest)
    return found


UNIT_WORDS = shlex.split(UNIT["Service"]["ExecStart"])
HEALTH = json.loads(of("HEALTHCHECK")[0].partition("CMD ")[2])
CMD = json.loads(of("CMD")[0])
COMMANDS = [UNIT_WORDS[1:], HEALTH[1:], CMD, HUB["command"], *commands_in_readme()]


def test_there_are_commands_in_all_files() -> None:
    assert len(COMMANDS) == 9
    assert UNIT_WORDS[0].endswith("/sayso") and HEALTH[0] == "sayso"
    assert json.loads(of("ENTRYPOINT")[0]) == ["sayso"]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_is_one_that_there_is(words: list[str]) -> None:
    args = command_parser().parse_args(words)
    if words[0] == "run":
        assert args.hub and args.no_mdns and args.no_port_mapping
        assert [parse_listen_address(one) for one in args.listen]
        if args.metrics:
            parse_metrics_address(args.metrics, args.metrics_host)


def test_the_unit_restricts_no_less_than_a_users_and_watches_as_that() -> None:
    own = RawConfigParser(strict=False, interpolation=None)
    own.optionxform = str  # type: ignore[assignment,method-assign]
    own.read_string(_UNIT.format(described="x", command="x"))
    theirs, ours = dict(own["Service"]), dict(UNIT["Service"])
    del theirs["ExecStart"]
    assert theirs.items() <= ours.items()
    assert ours["ProtectSystem"] == "strict"
    assert ours["StateDirectory"] == "sayso"
    assert ours["Environment"] == f"SAYSO_HOME=/var/lib/{ours['StateDirectory']}"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here")
def test_systemd_understands_every_line(tmp_path: Path) -> None:
    text = (DEPLOY / "sayso-hub.service").read_text(encoding="utf-8")
    unit = tmp_path / "sayso-hub.service"
    unit.write_text(text.replace(UNIT_WORDS[0], sys.executable))
    for words in (["verify", "--man=no"], ["security", "--offline=true", "--threshold=30"]):
        done = subprocess.run(
            ["systemd-analyze", *words, str(unit)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "sayso-hub.service:" not in done.stderr  # complaints about lines


def test_the_image_installs_by_the_locks_alone_as_a_clone_does() -> None:
    pips = [shlex.split(rest) for rest in of("RUN") if "pip" in rest]
    locked = [words for words in pips if "-r" in words]
    assert len(locked) == 2
    for words in locked:
        assert {*LOCK_OPTIONS} <= {*words}
        for at in (at for at, word in enumerate(words) if word == "-r"):
            assert (ROOT / words[at + 1]).is_file()
    assert {*FROM_SDIST} <= {*locked[1]}
    for words in pips:
        assert "--no-deps" in words
        assert "--require-hashes" in words or "--no-index" in words


def test_the_image_runs_as_an_ordinary_user_who_owns_the_home() -> None:
    [user] = of("USER")
    [home] = of("VOLUME")
    [created] = [shlex.split(one) for one in of("RUN") if one.startswith("useradd")]
    assert created[-1] == user
    assert created[created.index("--home-dir") + 1] == home
    assert of("ENV") == [f"SAYSO_HOME={home}"]
    names = [name for name, _ in INSTRUCTIONS]
    assert names.index("USER") > max(at for at, name in enumerate(names) if name == "RUN")
    assert of("FROM") == ["python:3.13-slim AS build", "python:3.13-slim"]


def test_the_services_agree_with_the_image_and_with_each_other() -> None:
    assert (DEPLOY / HUB["build"]["context"] / HUB["build"]["dockerfile"]).is_file()
    assert HUB["volumes"] == ["home:" + of("VOLUME")[0]]
    assert {volume for one in COMPOSE["services"].values() for volume in named(one)} == {
        *COMPOSE["volumes"]
    }
    port = of("EXPOSE")[0]
    assert HUB["ports"] == [f"{port}:{port}"]
    assert f"/ip4/0.0.0.0/tcp/{port}" in HUB["command"]
    metrics = HUB["command"][HUB["command"].index("--metrics") + 1]
    prometheus = yaml.safe_load((DEPLOY / "prometheus.yml").read_text(encoding="utf-8"))
    [job] = prometheus["scrape_configs"]
    name = HUB["command"][HUB["command"].index("--metrics-host") + 1]
    assert job["static_configs"] == [{"targets": [f"{name}:{metrics.rpartition(':')[2]}"]}]
    assert name in COMPOSE["services"]
    assert not any(metrics.rpartition(":")[2] in one for one in HUB["ports"])
    for volume in COMPOSE["services"]["prometheus"]["volumes"]:
        if volume.startswith("."):
            assert (DEPLOY / volume.partition(":")[0]).is_file()


def test_the_database_is_the_one_that_the_hub_is_told_of() -> None:
    more = yaml.safe_load((DEPLOY / "compose.postgres.yaml").read_text(encoding="utf-8"))
    database = more["services"]["db"]
    assert more["services"]["hub"]["depends_on"] == {"db": {"condition": "service_healthy"}}
    assert named(database) == {*more["volumes"]}
    assert database["secrets"] == [*more["secrets"]]
    assert database["environment"]["POSTGRES_PASSWORD_FILE"] == "/run/secrets/db-password"
    assert "ports" not in database
    [address] = [words[-1] for words in commands_in_readme() if words[:2] == ["hub", "init"]]
    user, _, rest = address.removeprefix("postgresql://").partition(":")
    assert user == database["environment"]["POSTGRES_USER"]
    assert rest.partition("@")[2] == f"db/{user}"
    assert (DEPLOY / more["secrets"]["db-password"]["file"]).name in git_ignored()


def git_ignored() -> str:
    return (ROOT / ".gitignore").read_text(encoding="utf-8")


def named(service: dict) -> set[str]:  # type: ignore[type-arg]
    return {one.partition(":")[0] for one in service["volumes"] if not one.startswith(".")}


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", README))
def test_links_lead_somewhere(link: str) -> None:
    assert (DEPLOY / link).exists()


def test_the_alerts_ask_for_the_job_that_prometheus_has() -> None:
    alerts = (ROOT / "docs/hub/alerts.yml").read_text(encoding="utf-8")
    prometheus = yaml.safe_load((DEPLOY / "prometheus.yml").read_text(encoding="utf-8"))
    jobs = {one["job_name"] for one in prometheus["scrape_configs"]}
    assert set(re.findall(r'job="(\w+)"', alerts)) == jobs


@long
@pytest.mark.e2e
def test_what_the_image_installs_runs_a_hub(tmp_path: Path) -> None:
    """The image's own steps, in folders of the test in place of the image's."""
    source = tmp_path / "src"
    ignored = {".git", ".venv", *(DEPLOY.parent / ".dockerignore").read_text().split()}
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(*ignored, ".venv*", ".*_cache"))
    environment = tmp_path / "image"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    for step in of("RUN"):
        if step.startswith("useradd"):
            continue
        step = re.sub(r"^--mount=\S+ ", "", step)
        step = re.sub(r"^python ", f"{sys.executable} ", step)
        step = re.sub(r"^pip ", f"{environment}/bin/pip ", step)
        step = re.sub(r"(?<=\s)/wheels|^/wheels", f"{tmp_path}/wheels", step)
        step = re.sub(r"(?<=\s)/tools|^/tools", f"{tmp_path}/tools", step)
        done = subprocess.run(
            step, shell=True, cwd=source, capture_output=True, text=True, env=bare(), check=False
        )
        assert done.returncode == 0, f"{step}\n{done.stdout}{done.stderr}"
    sayso = [str(environment / "bin/sayso"), "--home", str(tmp_path / "home")]
    subprocess.run([*sayso, "init"], env=bare(), check=True, capture_output=True)
    assert subprocess.run([*sayso, *HEALTH[1:]], env=bare(), capture_output=True).returncode == 1
    words = [*CMD[: CMD.index("--listen")], "--listen", "/ip4/127.0.0.1/tcp/0"]
    words += ["--metrics", "127.0.0.1:0"]
    hub = subprocess.Popen(
        [*sayso, "--json", *words], env=bare(), stdout=subprocess.PIPE, text=True
    )
    try:
        assert hub.stdout is not None
        ready = json.loads(hub.stdout.readline())
        assert ready["event"] == "ready"
        with urlopen(ready["metrics"], timeout=30) as answer:
            assert b"sayso_hub_quota_bytes" in answer.read()
        done = subprocess.run([*sayso, *HEALTH[1:]], env=bare(), capture_output=True, check=False)
        assert done.returncode == 0
    finally:
        hub.terminate()
        hub.communicate()
    assert hub.returncode == 0


def bare() -> dict[str, str]:
    """An environment in which only what is installed is found."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
