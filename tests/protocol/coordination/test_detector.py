"""Who is found, who is not, and that the same is found everywhere."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.budget import long, some
from tests.farm import DAY, MINUTE, START, MadeUp, crowd, farm, in_order, strangers, words

from sayso_protocol.coordination import observation, scores
from sayso_protocol.coordination.detector import Detector
from sayso_protocol.coordination.observation import Channel
from sayso_protocol.limits import BURST_SCORE, SHOWN_SCORE

ROOT = Path(__file__).resolve().parents[3]
FLAG = 500


def detect(posts: list[MadeUp]) -> Detector:
    detector = Detector()
    for post in posts:
        detector.add(post.observation())
    return detector


def flagged(detector: Detector) -> set[str]:
    return {account.decode() for account, score in detector.scores().items() if score >= FLAG}


def test_a_farm_among_strangers_is_found_and_nobody_else() -> None:
    posts = in_order(strangers(200, 30) + farm(12, 8))
    assert flagged(detect(posts)) == {f"troll{number}" for number in range(12)}


@long
def test_of_a_thousand_strangers_nobody_is_flagged() -> None:
    assert not flagged(detect(in_order(strangers(1000, 30))))


@long
def test_of_busy_strangers_nobody_is_flagged(monkeypatch: pytest.MonkeyPatch) -> None:
    busy = detect(in_order(strangers(300, 90)))
    assert not busy.scores()
    # Without the allowance for how many could have met, chance links some of them.
    monkeypatch.setattr(scores, "LINKED_MILLIBITS", -30_000)
    assert flagged(busy)


def test_a_finding_can_be_opened() -> None:
    made = farm(12, 8)
    finding = detect(in_order(strangers(200, 30) + made)).findings()[0]
    assert {account for account, _ in finding.accounts} == {post.author.encode() for post in made}
    named = {act.entry.decode() for act in finding.entries}
    assert named <= {post.id for post in made if post.id.startswith("t")}
    times = [act.time_ms for act in finding.entries]
    assert times == sorted(times)
    assert (finding.from_ms, finding.to_ms) == (times[0], times[-1])
    (signal,) = finding.signals
    assert (signal.channel, signal.items, signal.accounts) == (Channel.COPY, 8, 12)
    assert signal.within_ms < 9 * MINUTE
    assert finding.score == max(score for _, score in finding.accounts) >= FLAG


def test_entries_have_the_score_of_their_account() -> None:
    detector = detect(in_order(strangers(200, 30) + farm(12, 8)))
    by_account, by_entry = detector.scores(), detector.entry_scores()
    evidence = detector.evidence()
    for account, found in evidence.items():
        assert {by_entry[one.own.entry] for one in found} == {by_account[account]}
    assert sum(map(len, evidence.values())) == len(by_entry)


def test_entries_of_a_burst_have_its_score() -> None:
    detector = detect(in_order(farm(12, 1)))
    (burst,) = detector.findings()
    assert detector.entry_scores() == {act.entry: burst.score for act in burst.entries}


def test_copies_by_others_are_counted_and_asking_changes_nothing() -> None:
    made = in_order(farm(12, 1))
    detector = detect(made)
    copied = next(post for post in made if post.id.startswith("t"))
    before = len(detector._copies)
    assert detector.copies(copied.text, copied.author.encode()) == 11
    assert detector.copies(copied.text, b"somebody") == 12
    assert detector.copies("Something that nobody has ever said in this place", b"somebody") == 0
    assert detector.copies("hello", b"somebody") == 0
    assert len(detector._copies) == before


@long
@pytest.mark.parametrize("channel", some(list(Channel), 1))
def test_whatever_is_done_in_step_again_and_again_is_found(channel: Channel) -> None:
    posts = strangers(200, 30)
    for number in range(8):
        at = START + number * 2 * DAY
        for place, name in enumerate(("mira", "odo", "tam")):
            # Each is the first now and then: who only leads is taken for one who is copied.
            when = at + (number + place) % 3 * MINUTE
            posts.append(with_trace(MadeUp(name, f"{name}{number}", when, ""), channel, number))
        for other in range(80):  # so that acts in this channel are nothing special
            one = MadeUp(f"x{other}", f"x{other}-{number}", at, "")
            posts.append(with_trace(one, channel, 100 * other + number + 100))
    detector = detect(in_order(posts))
    assert flagged(detector) == {"mira", "odo", "tam"}
    assert [signal.channel for signal in detector.findings()[0].signals] == [channel]


def with_trace(post: MadeUp, channel: Channel, number: int) -> MadeUp:
    match channel:
        case Channel.COPY:
            return replace(post, text=words(random.Random(number), 12))
        case Channel.LINK:
            return replace(post, links=(f"https://example.org/{number}?utm_source={post.author}",))
        case Channel.REPOST:
            return replace(post, reposts=f"entry{number}")
        case Channel.TAG:
            return replace(post, tags=(f"Tag{number}",))


@long
def test_a_crowd_at_an_event_is_not_flagged_though_its_chants_are_shown() -> None:
    posts = in_order(crowd(2000))
    detector = detect(posts)
    assert len(flagged(detector)) <= 0.01 * 2000
    shown = [finding for finding in detector.findings() if finding.signals[0].burst]
    assert shown and all(finding.score <= BURST_SCORE < FLAG for finding in shown)


def test_friends_who_share_two_things_are_not_shown() -> None:
    posts = strangers(200, 30)
    for number, (name, late) in ((it, who) for it in range(2) for who in (("a", 0), ("b", 2))):
        at = START + number * DAY + late * MINUTE
        posts.append(MadeUp(name, f"{name}{number}", at, "", reposts=f"rare{number}"))
    assert not {b"a", b"b"} & detect(in_order(posts)).scores().keys()


def test_near_copies_within_minutes_are_shown_as_a_burst() -> None:
    detector = detect(in_order(strangers(50, 20) + farm(12, 1)))
    (finding,) = detector.findings()
    (signal,) = finding.signals
    assert signal.burst and signal.accounts == signal.entries == 12
    assert signal.within_ms == finding.to_ms - finding.from_ms < 9 * MINUTE
    assert SHOWN_SCORE <= finding.score < FLAG


# --- whoever is copied has done nothing ---------------------------------------------------


def copied(late_ms: int, dated_back_ms: int = 0) -> list[MadeUp]:
    """Ten posts of a victim, each with copies of three accounts."""
    posts = strangers(200, 30)
    originals = [post for post in posts if post.author == "person0" and post.text][:10]
    for post in originals:
        for number in range(3):
            seen = post.time_ms + late_ms + number * MINUTE
            posts.append(
                replace(
                    post,
                    author=f"copyist{number}",
                    id=f"{post.id}-{number}",
                    time_ms=seen - dated_back_ms,
                    seen_ms=seen,
                )
            )
    return sorted(posts, key=lambda post: post.seen_ms or post.time_ms)


COPYISTS = {"copyist0", "copyist1", "copyist2"}


def test_who_is_copied_is_not_flagged() -> None:
    detector = detect(copied(MINUTE))
    assert COPYISTS >= flagged(detector) >= {"copyist1", "copyist2"}
    assert b"person0" in detector.findings()[0].others
    assert not {b"p0-%d" % turn for turn in range(30)} & detector.entry_scores().keys()


@long
def test_who_is_copied_is_not_flagged_even_when_the_copies_are_dated_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    posts = copied(20 * MINUTE, dated_back_ms=30 * MINUTE)
    assert "person0" not in flagged(detect(posts))
    monkeypatch.setattr(observation, "WITNESSED_MS", -1)
    assert "person0" in flagged(detect(posts))


# --- the same everywhere ------------------------------------------------------------------


@long
def test_every_machine_finds_the_same() -> None:
    script = (
        "from tests.protocol.coordination.test_detector import *;"
        "print(detect(in_order(strangers(50, 20) + farm(12, 4) + crowd(100))).findings())"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1 and b"troll3" in outputs.pop()
