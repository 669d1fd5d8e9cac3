"""What is told of a run: to people, and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from .evaluation import Outcome
from .world import World


def record(world: World, outcome: Outcome, seed: int, wall_seconds: float) -> dict[str, Any]:
    """All figures of a run; times in the unit that the key names."""
    tally, truth = world.truth.tally, world.truth
    fresh = max(1, tally.fresh)
    found: dict[str, Any] = {
        "scenario": world.scenario.name,
        "nodes": world.nodes,
        "hostile": len(world.hostile),
        "edges": len(world.plan.edges),
        "authors": len(world.authors),
        "seed": seed,
        "digest": world.trace.digest,
        "events": world.trace.events,
        "virtual_seconds": round(world.event_queue.now_us / 1e6, 3),
        "wall_seconds": round(wall_seconds, 2),
        "settled_seconds": outcome.settled_seconds,
        "entries_written": sum(truth.heads.values()),
        "entries_delivered": tally.fresh,
        "readers_without_path": outcome.without_path,
        "latency_ms": tally.percentiles(),
        "duplicates_per_entry": round(tally.duplicates / fresh, 3),
        "bytes_per_entry": round(tally.bytes / fresh, 1),
        "idle_frames_per_minute": round(outcome.idle_frames, 3),
        "worst_outbox_bytes": tally.worst_outbox,
        "frames": dict(sorted(tally.frames.items())),
        "frames_to_hostile": tally.hostile_frames,
        "counts": dict(sorted(tally.counts.items())),
        "violations": [asdict(violation) for violation in truth.violations],
    }
    if outcome.refused is not None:
        found["refused"] = asdict(outcome.refused)
    if truth.violations:
        found["last_events"] = world.trace.tail()
    return found


def text(found: dict[str, Any]) -> str:
    """The same for a person to read."""
    latency = ", ".join(f"{name} {value} ms" for name, value in found["latency_ms"].items())
    settled = found["settled_seconds"]
    lines = [
        f"scenario {found['scenario']}, seed {found['seed']}: {found['nodes']} nodes "
        f"({found['hostile']} hostile), {found['edges']} lines, {found['authors']} authors",
        f"  {found['virtual_seconds']} virtual seconds in {found['wall_seconds']} s, "
        f"{found['events']} events, trace {found['digest']}",
        f"  {found['entries_written']} entries written, delivered {found['entries_delivered']} "
        f"times; readers without an honest path: {found['readers_without_path']}",
        "  all equal: " + ("never" if settled is None else f"{settled:.3f} s after the last fault"),
        f"  delivery of live posts: {latency or 'none'}",
        f"  for each entry delivered: {found['duplicates_per_entry']} duplicates, "
        f"{found['bytes_per_entry']} bytes",
        f"  at rest: {found['idle_frames_per_minute']} frames a session and minute; "
        f"longest queue {found['worst_outbox_bytes']} bytes",
        f"  frames: {_counted(found['frames'])}; to hostile nodes {found['frames_to_hostile']}",
        f"  events: {_counted(found['counts'])}",
    ]
    if "refused" in found:
        lines.append(
            "  the author whom {refusing} nodes refuse: {followers} followers, {joined} with a "
            "path, {reached} reached".format(**found["refused"])
        )
    return "\n".join(lines + _complaints(found))


def _complaints(found: dict[str, Any]) -> list[str]:
    if not found["violations"]:
        return ["  no invariant was broken"]
    lines = ["the last events:", *("  " + line for line in found["last_events"])]
    lines.append(f"BROKEN INVARIANTS ({len(found['violations'])}):")
    lines += [
        f"  {one['rule']} at node {one['node']}, {one['seconds']:.3f} s: {one['detail']}"
        for one in found["violations"]
    ]
    return [*lines, f"replay with --nodes {found['nodes']} --seed {found['seed']}"]


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "none"
