"""The report of a run: for people, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from .checks.ground_truth import Violation
from .evaluation import Outcome, RefusedRuns
from .world import World


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of a run, in the order of its JSON; times in the unit that the name says."""

    scenario: str
    nodes: int
    hostile: int
    edges: int
    authors: int
    seed: int
    digest: str
    events: int
    virtual_seconds: float
    wall_seconds: float
    settled_seconds: float | None
    entries_written: int
    entries_delivered: int
    readers_without_path: int
    latency_ms: dict[str, int]
    duplicates_per_entry: float
    bytes_per_entry: float
    idle_frames_per_minute: float
    worst_outbox_bytes: int
    frames: dict[str, int]
    frames_to_hostile: int
    counts: dict[str, int]
    violations: list[Violation]
    refused: RefusedRuns | None
    """None, and not in the JSON, where nobody refuses anybody."""
    last_events: list[str] | None
    """None, and not in the JSON, where no invariant was broken."""

    def as_json(self) -> dict[str, object]:
        """The object that is printed as JSON."""
        return {
            name: value
            for name, value in asdict(self).items()
            if name not in ("refused", "last_events") or value is not None
        }


def record(world: World, outcome: Outcome, seed: int, wall_seconds: float) -> Report:
    """The report of a run that has ended."""
    truth, tally = world.truth, world.truth.tally
    fresh = max(1, tally.fresh)
    return Report(
        scenario=world.scenario.name,
        nodes=world.nodes,
        hostile=len(world.hostile),
        edges=len(world.plan.edges),
        authors=len(world.authors),
        seed=seed,
        digest=world.trace.digest,
        events=world.trace.events,
        virtual_seconds=round(world.event_queue.now_us / 1e6, 3),
        wall_seconds=round(wall_seconds, 2),
        settled_seconds=outcome.settled_seconds,
        entries_written=sum(truth.heads.values()),
        entries_delivered=tally.fresh,
        readers_without_path=outcome.without_path,
        latency_ms=tally.percentiles(),
        duplicates_per_entry=round(tally.duplicates / fresh, 3),
        bytes_per_entry=round(tally.bytes / fresh, 1),
        idle_frames_per_minute=round(outcome.idle_frames, 3),
        worst_outbox_bytes=tally.worst_outbox,
        frames=dict(sorted(tally.frames.items())),
        frames_to_hostile=tally.hostile_frames,
        counts=dict(sorted(tally.counts.items())),
        violations=truth.violations,
        refused=outcome.refused,
        last_events=world.trace.tail() if truth.violations else None,
    )


def text(report: Report) -> str:
    """The report for a person to read."""
    return "\n".join([*_head(report), *_costs(report), *_refused(report), *_complaints(report)])


def _head(report: Report) -> list[str]:
    latency = ", ".join(f"{name} {value} ms" for name, value in report.latency_ms.items())
    settled = report.settled_seconds
    return [
        f"scenario {report.scenario}, seed {report.seed}: {report.nodes} nodes "
        f"({report.hostile} hostile), {report.edges} lines, {report.authors} authors",
        f"  {report.virtual_seconds} virtual seconds in {report.wall_seconds} s, "
        f"{report.events} events, trace {report.digest}",
        f"  {report.entries_written} entries written, delivered {report.entries_delivered} "
        f"times; readers without an honest path: {report.readers_without_path}",
        "  all equal: " + ("never" if settled is None else f"{settled:.3f} s after the last fault"),
        f"  delivery of live posts: {latency or 'none'}",
    ]


def _costs(report: Report) -> list[str]:
    return [
        f"  for each entry delivered: {report.duplicates_per_entry} duplicates, "
        f"{report.bytes_per_entry} bytes",
        f"  at rest: {report.idle_frames_per_minute} frames a session and minute; "
        f"longest queue {report.worst_outbox_bytes} bytes",
        f"  frames: {_counted(report.frames)}; to hostile nodes {report.frames_to_hostile}",
        f"  events: {_counted(report.counts)}",
    ]


def _refused(report: Report) -> list[str]:
    refused = report.refused
    if refused is None:
        return []
    return [
        f"  the author whom {refused.refusing} nodes refuse: {refused.followers} followers, "
        f"{refused.joined} with a path, {refused.reached} reached"
    ]


def _complaints(report: Report) -> list[str]:
    if not report.violations:
        return ["  no invariant was broken"]
    lines = ["the last events:", *("  " + line for line in report.last_events or ())]
    lines.append(f"BROKEN INVARIANTS ({len(report.violations)}):")
    lines += [
        f"  {one.rule} at node {one.node}, {one.seconds:.3f} s: {one.detail}"
        for one in report.violations
    ]
    return [*lines, f"replay with --nodes {report.nodes} --seed {report.seed}"]


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "none"
