"""Runs of the scenario `groups`: what happens, and what must hold."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field

from sayso_protocol.accounts.statement import Grant
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.errors import Refused
from sayso_protocol.private.groups.contents import Operations
from sayso_protocol.private.groups.effects import Effect
from sayso_protocol.private.groups.epoch import Epoch
from sayso_protocol.private.groups.group import Group, NotAllowed
from sayso_protocol.private.groups.membership import Membership
from sayso_protocol.private.groups.operation import Charter, Kind, sign_operation

from ..checks.ground_truth import Violation
from .group_device import GroupDevice
from .groups_scenario import NAME, GroupsScenario
from .groups_world import BEGIN_MS, HOUR_MS, GroupsWorld


@dataclass(frozen=True, slots=True)
class Written:
    """A post as it was written: who was in by what its author knew, and what he knew."""

    epoch: bytes
    members: frozenset[bytes]
    known: frozenset[bytes]


@dataclass(slots=True)
class GroupsReport:
    """All figures of all seeds."""

    scenario: str = NAME
    seeds: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    processor_seconds: float = 0.0
    violations: list[Violation] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """The object that is printed as JSON."""
        return {
            "scenario": self.scenario,
            "seeds": self.seeds,
            "counts": dict(sorted(self.counts.items())),
            "processor_seconds": self.processor_seconds,
            "violations": [asdict(one) for one in self.violations],
        }


class GroupsRun:
    """One run; `run` once. A violation's node is the seed."""

    def __init__(self, scenario: GroupsScenario, seed: int) -> None:
        self.world = GroupsWorld(scenario, seed)
        self.violations: list[Violation] = []
        self.written: dict[bytes, Written] = {}
        self._seed = seed
        self._scenario = scenario
        mode = Charter(bytes(16), "chess", circle=seed % 5 == 4, forgetting=seed % 2 == 1)
        self.charter = mode

    def run(self) -> None:
        """From the first operation to the last check."""
        world = self.world
        self._found()
        for _ in range(self._scenario.steps):
            world.now_ms += int(self._scenario.hours * HOUR_MS)
            world.part_or_heal()
            self._step(world.dice.choice(world.devices))
            if self._scenario.asks:
                asking = world.dice.choice(world.devices)
                world.act_out(asking, asking.tick(world.now_ms, world.dice))
            world.deliver(world.dice.randrange(12))
        world.settle()
        self._check_agreement()
        self._check_writing()
        self._check_readers()
        self._check_wedge()
        self._count()

    # --- what happens --------------------------------------------------------------------------

    def _found(self) -> None:
        world = self.world
        owner = world.devices[0]
        world.is_calm = True
        world.act_out(owner, owner.create(world.now_ms, self.charter))
        for person in world.people[1 : self._scenario.founders]:
            admin = world.dice.random() < 0.6
            self._invite(owner, person.key, admin)
        while world.air:
            world.deliver(len(world.air))
        world.is_calm = False

    def _step(self, device: GroupDevice) -> None:
        group, dice = device.group, self.world.dice
        if group is None:
            return
        chance = dice.random()
        if not group.is_in:
            if chance < 0.35:
                self._date_back(device, group)
            return
        others = [one.key for one in self.world.people if one is not device.person]
        if chance < 0.09:
            out = [one for one in others if one not in group.members]
            if out:
                self._invite(device, dice.choice(out), dice.random() < 0.5)
        elif chance < 0.16:
            inside = [one for one in others if one in group.members]
            if inside:
                self._do(device, lambda: group.remove(*self._by(device), dice.choice(inside)))
        elif chance < 0.175:
            self._do(device, lambda: group.leave(*self._by(device)))
        elif chance < 0.45:
            self._write(device, group)

    def _by(self, device: GroupDevice) -> tuple[KeyPair, Grant, int]:
        return device.device, device.grant, self.world.now_ms

    def _do(self, device: GroupDevice, act: Callable[[], list[Effect]]) -> bool:
        try:
            effects = act()
        except NotAllowed:
            return False
        self.world.act_out(device, device.did(effects))
        return True

    def _invite(self, device: GroupDevice, target: bytes, admin: bool) -> bool:
        group = device.group
        assert group is not None
        return self._do(device, lambda: group.invite(*self._by(device), target, admin=admin))

    def _write(self, device: GroupDevice, group: Group) -> bytes | None:
        known = frozenset(one.id for one in group.membership.operations)
        members = frozenset(group.members)
        body = self.world.dice.randbytes(40)
        before = set(device.shown)
        if self._scenario.keeps_key and device.epochs:
            self._stick(group, next(iter(device.epochs.values())))
        random = self.world.dice.randbytes
        if not self._do(device, lambda: group.write(*self._by(device), body, random)):
            return None
        (id,) = set(device.shown) - before
        self.written[id] = Written(device.shown[id].post.epoch, members, known)
        return id

    def _stick(self, group: Group, epoch: Epoch) -> None:
        """The control: whatever happened, write under this key."""
        group.epochs.usable = lambda now_ms: epoch  # type: ignore[method-assign]

    def _date_back(self, device: GroupDevice, group: Group) -> None:
        """Somebody who is out strikes from before he was, at whom he can reach."""
        dice, world = self.world.dice, self.world
        past = dice.choice(group.membership.operations)
        kind, target = dice.choice((Kind.ADD, Kind.REMOVE)), dice.choice(world.people).key
        if kind == Kind.REMOVE and target == device.person.key:
            return
        operation = sign_operation(
            *(device.device, group.id, device.person.key, world.now_ms, [past.id], kind, target),
            admin=kind == Kind.ADD,
        )
        content = Operations(group.id, (device.grant.wire,), (operation.wire,))
        try:
            device.did(group.take(device.person.key, content, world.now_ms))
        except Refused:
            return
        world.counts["dated back"] += 1
        for person in world.people:
            world.send(device, person.key, content)

    # --- what must hold ------------------------------------------------------------------------

    def _inside(self) -> list[tuple[GroupDevice, Group]]:
        """Devices of whoever is in by all that any device of a member knows."""
        membership = self._truth()
        members = membership.members()
        return [
            (one, one.group)
            for one in self.world.devices
            if one.person.key in members and one.group is not None
        ]

    def _truth(self) -> Membership:
        """All operations that those who think that they are in know; where nobody does, as all have
        left or removed one another, those that anybody knows."""
        groups = [one.group for one in self.world.devices if one.group is not None]
        truth = Membership(groups[0].membership.operations[0])
        for group in [one for one in groups if one.is_in] or groups:
            for operation in group.membership.operations:
                truth.take(operation)
        return truth

    def _check_agreement(self) -> None:
        truth = self._truth()
        for device in self.world.devices:
            if device.person.key not in truth.members():
                continue
            if device.group is None:
                self._violate("disagree", f"device {device.number} never heard of the group")
            elif device.group.membership.heads() != truth.heads():
                self._violate("disagree", f"device {device.number} lacks operations")
            elif device.group.members != truth.members():
                self._violate("disagree", f"device {device.number} sees other members")
            if device.twice:
                self._violate("twice", f"device {device.number} showed a post twice")

    def _check_writing(self) -> None:
        """Everybody who is in writes, and all the others read it."""
        fresh = [
            id
            for device, group in self._inside()
            if not (self.charter.circle and device.person.key != group.membership.owner)
            if (id := self._write(device, group)) is not None
        ]
        writers = [d for d, g in self._inside() if not self.charter.circle]
        if len(fresh) < len(writers):
            self._violate("wedged", "somebody who is in cannot write")
        self.world.settle()
        for device, _ in self._inside():
            missing = [id for id in fresh if id not in device.shown]
            if missing:
                self._violate("unread", f"device {device.number} lacks {len(missing)} new posts")
            if any(device.shown[id].folded for id in fresh if id in device.shown):
                self._violate("unread", f"device {device.number} folds who is in")
        self._check_lost()

    def _check_lost(self) -> None:
        """What one member has of the past, all have who may."""
        inside = self._inside()
        held = {id: post.post.epoch for device, _ in inside for id, post in device.shown.items()}
        for device, group in inside:
            for id, name in held.items():
                epoch = group.epochs.get(name)
                if id in device.shown or epoch is None:
                    continue
                if group.epochs.may_have(device.person.key, epoch):
                    self._violate("lost", f"device {device.number} never got a post")

    def _check_readers(self) -> None:
        """Nobody has the key of a post whom its author knew to be out, unless he was added without
        the author knowing of it; in a forgetting group not even then."""
        truth = self._truth()
        for written in self.written.values():
            added = {
                one.target
                for one in truth.operations
                if one.id not in written.known and one.kind == Kind.ADD
            }
            for device in self.world.devices:
                if written.epoch not in device.epochs:
                    continue
                key = device.person.key
                if key not in written.members and (self.charter.forgetting or key not in added):
                    self._violate("reads", f"device {device.number} has a key of after its removal")

    def _check_wedge(self) -> None:
        """Whoever is out can be added, reads what is written then, and writes."""
        inside = self._inside()
        admins = [(d, g) for d, g in inside if g.members[d.person.key]]
        if not admins:
            self.world.counts["left without an admin"] += 1
            return
        device, group = admins[0]
        out = [one.key for one in self.world.people if one.key not in group.members]
        if not out:
            return
        if not self._invite(device, out[0], False):
            self._violate("wedged", "an admin cannot add anybody")
        self.world.settle()
        for one, known in self._inside():
            if out[0] not in known.members:
                self._violate("wedged", f"device {one.number} does not see who was added")
        if self.charter.circle:
            return
        newcomer = self.world.devices_of(out[0])[0]
        assert newcomer.group is not None
        id = self._write(newcomer, newcomer.group)
        self.world.settle()
        if any(id not in one.shown for one, _ in self._inside()):
            self._violate("wedged", "what a newcomer writes is not read by all")

    def _violate(self, rule: str, detail: str) -> None:
        seconds = (self.world.now_ms - BEGIN_MS) / 1000
        self.violations.append(Violation(rule, self._seed, seconds, detail))

    def _count(self) -> None:
        counts, truth = self.world.counts, self._truth()
        counts["operations"] += len(truth.operations)
        counts["in at the end"] += len(truth.members())
        ids = {id for device in self.world.devices for id in device.epochs}
        counts["epochs"] += len(ids)
        for device in self.world.devices:
            counts["folded"] += sum(post.folded for post in device.shown.values())
            counts["shown as before a change"] += sum(p.before > 0 for p in device.shown.values())
            counts["refused"] += device.refused


def run_groups(scenario: GroupsScenario, seeds: Iterable[int]) -> GroupsReport:
    """Run each seed."""
    report = GroupsReport()
    began = time.process_time()
    for seed in seeds:
        run = GroupsRun(scenario, seed)
        run.run()
        report.seeds += 1
        report.counts.update(run.world.counts)
        report.violations += run.violations
    report.processor_seconds = round(time.process_time() - began, 2)
    return report


def groups_text(report: GroupsReport) -> str:
    """The report for a person to read."""
    lines = [
        f"scenario groups: {report.seeds} seeds, {report.processor_seconds} s of processor time",
        "  " + ", ".join(f"{count} {name}" for name, count in sorted(report.counts.items())),
    ]
    if not report.violations:
        return "\n".join([*lines, "  no invariant was broken"])
    lines.append(f"BROKEN INVARIANTS ({len(report.violations)}):")
    lines += [f"  {one.rule} with seed {one.node}: {one.detail}" for one in report.violations]
    return "\n".join(lines)
