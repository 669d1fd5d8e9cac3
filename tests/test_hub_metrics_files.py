"""The dashboard and the alerts for hubs name what a hub exports, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from tests.node.daemon.metrics.scraped import running_hub

from sayso_node.accounts.creation import create_account
from sayso_node.home.directory import Home
from sayso_node.home.open_store import open_home

DOCS = Path(__file__).resolve().parent.parent / "docs" / "hub"
DASHBOARD = json.loads((DOCS / "dashboard.json").read_text(encoding="utf-8"))
ALERTS = yaml.safe_load((DOCS / "alerts.yml").read_text(encoding="utf-8"))
[GROUP] = ALERTS["groups"]
PAGE = (DOCS.parent / "hub.md").read_text(encoding="utf-8")

FUNCTIONS = {
    "and", "by", "histogram_quantile", "increase", "max", "min", "or", "predict_linear", "rate",
    "sum", "time",
}  # fmt: skip
GIVEN_BY_PROMETHEUS = {"up", "instance", "job", "le"}


def of_dashboard() -> Iterator[str]:
    for panel in DASHBOARD["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))


EXPRESSIONS = [*of_dashboard(), *(rule["expr"] for rule in GROUP["rules"])]
SELECTOR = re.compile(r'([a-z_]\w*)\s*(=~|!~|!=|=)\s*"([^"]*)"')


@pytest.fixture
async def series(tmp_path: Path) -> dict[str, dict[str, set[str]]]:
    """All samples that a hub exports: names, their labels and the values of these."""
    home = Home(tmp_path / "hub")
    create_account(home, "Hub", None)
    found: dict[str, dict[str, set[str]]] = {}
    with open_home(home) as store:
        async with running_hub(home, store, 'open = "accounts"\n') as hub:
            for sample in await hub.scrape():
                name, _, labels = sample.removesuffix("}").partition("{")
                values = found.setdefault(name, {})
                for label, value in re.findall(r'(\w+)="([^"]*)"', labels):
                    values.setdefault(label, set()).add(value)
    return found


def words_of(expression: str) -> set[str]:
    """The names in an expression, without texts and durations."""
    bare = re.sub(r'"[^"]*"', "", expression)
    bare = re.sub(r"\[[^]]*\]", "", bare)
    return set(re.findall(r"(?<![\w.$])[a-z_]\w*", bare))


async def test_every_name_is_exported(series: dict[str, dict[str, set[str]]]) -> None:
    labels = {label for values in series.values() for label in values}
    known = series.keys() | labels | FUNCTIONS | GIVEN_BY_PROMETHEUS
    used: set[str] = set()
    for expression in EXPRESSIONS:
        words = words_of(expression)
        assert words <= known, (expression, words - known)
        assert words & (series.keys() | {"up"}), expression
        used |= words & series.keys()
    assert len(used) > 30


async def test_every_value_of_a_label_is_exported(
    series: dict[str, dict[str, set[str]]],
) -> None:
    selected = 0
    for expression in EXPRESSIONS:
        for name, inside in re.findall(r"([a-z_]\w*)\{([^}]*)\}", expression):
            for label, _, value in SELECTOR.findall(inside):
                if label not in GIVEN_BY_PROMETHEUS:
                    assert value in series[name][label], expression
                    selected += 1
    assert selected >= 2


async def test_every_grouping_is_by_a_label_that_is_there(
    series: dict[str, dict[str, set[str]]],
) -> None:
    for expression in EXPRESSIONS:
        for labels in re.findall(r"by \(([^)]*)\)", expression):
            [name, *_] = [word for word in words_of(expression) if word in series]
            assert set(re.split(r", *", labels)) <= series[name].keys() | GIVEN_BY_PROMETHEUS


async def test_the_page_lists_the_alerts_and_what_to_do() -> None:
    listed = re.findall(r"^\| `(Hub\w+)` \|", PAGE, re.MULTILINE)
    assert listed == [rule["alert"] for rule in GROUP["rules"]]


async def test_every_metric_is_named_in_the_page(series: dict[str, dict[str, set[str]]]) -> None:
    table = set(re.findall(r"`(sayso_\w+)`", PAGE))
    ours = {re.sub(r"_(bucket|sum|count)$", "", one) for one in series if one.startswith("sayso_")}
    assert table == ours


def test_panels_do_not_lie_on_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
    assert max(x for x, _ in taken) < 24
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


@pytest.mark.parametrize("rule", GROUP["rules"], ids=lambda rule: rule["alert"])
def test_an_alert_says_what_it_is_and_how_urgent(rule: dict) -> None:  # type: ignore[type-arg]
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert re.fullmatch(r"\d+[mh]", rule["for"])
    assert rule["annotations"]["summary"].endswith(".")
