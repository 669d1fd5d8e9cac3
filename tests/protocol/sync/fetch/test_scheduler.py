"""The scheduler: what is asked, of whom, in which order, and never twice at a time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.limits import ASK_ENTRIES, FIRST_WINDOW, MAX_RUN_ENTRIES
from sayso_protocol.ranges import Ranges
from sayso_protocol.sync.feeds.scheduler import MAX_WINDOWS, Scheduler

A, B, C = (bytes([n]) * 32 for n in (1, 2, 3))


def scheduler(*feeds: bytes, peers: tuple[str, ...] = ("ann",)) -> Scheduler:
    made = Scheduler()
    for feed in feeds:
        made.track(feed)
    for peer in peers:
        made.join(peer)
    return made


def answer(made: Scheduler, peer: str, window) -> None:
    """The whole window came and was stored."""
    made.closed(peer, window)
    made.released(*window)
    made.holds(*window)


def test_the_latest_entries_of_every_feed_come_before_the_past_of_any() -> None:
    made = scheduler(A, B)
    made.offer("ann", A, [(1, 5000)])
    made.offer("ann", B, [(1, 5000)])
    windows = made.next_windows("ann")
    assert windows[:2] == [(A, 5001 - FIRST_WINDOW, 5000), (B, 5001 - FIRST_WINDOW, 5000)]
    assert windows[2] == (A, 5001 - FIRST_WINDOW - MAX_RUN_ENTRIES, 5000 - FIRST_WINDOW)


def test_no_more_is_asked_than_may_be_under_way() -> None:
    made = scheduler(A)
    made.offer("ann", A, [(1, 10**6)])
    windows = made.next_windows("ann")
    assert sum(last - first + 1 for _, first, last in windows) < ASK_ENTRIES + MAX_RUN_ENTRIES
    assert made.next_windows("ann") == []
    many = scheduler(*(bytes([n]) * 32 for n in range(200)))
    for n in range(200):
        many.offer("ann", bytes([n]) * 32, [(1, 1)])
    assert len(many.next_windows("ann")) == MAX_WINDOWS


def test_what_one_peer_was_asked_for_is_not_asked_of_another() -> None:
    made = scheduler(A, peers=("ann", "ben"))
    for peer in ("ann", "ben"):
        made.offer(peer, A, [(1, 200)])
    assert made.next_windows("ann") == [(A, 137, 200), (A, 1, 136)]
    assert made.next_windows("ben") == []


def test_what_a_lost_peer_was_asked_for_goes_to_another() -> None:
    made = scheduler(A, peers=("ann", "ben"))
    for peer in ("ann", "ben"):
        made.offer(peer, A, [(1, 200)])
    windows = made.next_windows("ann")
    made.next_windows("ben")
    assert made.leave("ann", windows) == ["ben"]
    assert made.next_windows("ben") == [(A, 137, 200), (A, 1, 136)]


def test_a_short_feed_comes_in_one_window() -> None:
    made = scheduler(A)
    made.offer("ann", A, [(1, 2 * FIRST_WINDOW)])
    assert made.next_windows("ann") == [(A, 1, 2 * FIRST_WINDOW)]


def test_windows_are_asked_for_many_at_a_time() -> None:
    feeds = [bytes([n]) * 32 for n in range(200)]
    made = scheduler(*feeds)
    for feed in feeds:
        made.offer("ann", feed, [(1, 1)])
    windows = made.next_windows("ann")
    for window in windows[: MAX_WINDOWS // 2 - 1]:
        answer(made, "ann", window)
        assert made.next_windows("ann") == []
    answer(made, "ann", windows[MAX_WINDOWS // 2])
    assert len(made.next_windows("ann")) == MAX_WINDOWS // 2


def test_a_feed_is_complete_once_when_the_last_that_was_asked_for_has_come() -> None:
    made = scheduler(A)
    made.offer("ann", A, [(1, 200)])
    first, second = made.next_windows("ann")
    answer(made, "ann", first)
    assert made.completed() == []
    answer(made, "ann", second)
    assert made.completed() == [A]
    assert made.completed() == []


def test_a_refused_window_is_asked_again_in_halves_down_to_the_bad_entry() -> None:
    made = scheduler(A)
    made.offer("ann", A, [(1, 64)])
    refusals, asked = 0, made.next_windows("ann")
    while asked:
        window = asked.pop()
        if window[1] <= 13 <= window[2]:
            made.closed("ann", window)
            made.released(*window)
            made.split("ann", window)
            refusals += 1
        else:
            answer(made, "ann", window)
        asked += made.next_windows("ann")
    assert made.held(A) == Ranges([(1, 12), (14, 64)])
    assert refusals <= 8
    assert made.is_idle("ann")


def test_what_a_peer_turns_out_to_lack_is_not_asked_of_it_again() -> None:
    made = scheduler(A)
    made.offer("ann", A, [(1, 10**9)])
    (first, *others) = made.next_windows("ann")
    for window in (first, *others):
        made.closed("ann", window)
        made.lacks("ann", A, 1, 10**9)
        made.released(*window)
    assert made.next_windows("ann") == []
    assert made.is_idle("ann")


def test_an_unwanted_feed_is_not_asked_for_until_it_is_wanted_again() -> None:
    made = scheduler(A)
    made.want(A, False)
    made.offer("ann", A, [(1, 9)])
    assert made.next_windows("ann") == []
    made.want(A, True)
    made.offer("ann", A, [])
    assert made.next_windows("ann") == [(A, 1, 9)]


def test_unknown_feeds_and_peers_change_nothing() -> None:
    made = scheduler(A)
    made.offer("ann", B, [(1, 9)])
    made.offer("ben", A, [(1, 9)])
    made.lacks("ann", B, 1, 9)
    made.closed("ben", (A, 1, 9))
    made.split("ben", (A, 1, 9))
    assert made.released(B, 1, 9) == []
    assert made.next_windows("ann") == []
    assert not made.is_complete(B)
    assert not made.wants(B)


@given(st.data())
def test_everything_that_is_offered_arrives_whatever_the_peers_do(data: st.DataObject) -> None:
    peers = ("ann", "ben", "cid")
    made = scheduler(A, B, C, peers=peers)
    goals = {feed: Ranges() for feed in (A, B, C)}
    for peer in peers:
        for feed in (A, B, C):
            last = data.draw(st.integers(0, 2500))
            first = data.draw(st.integers(1, max(1, last)))
            made.offer(peer, feed, [(first, last)])
            goals[feed].add(first, last)
    open_windows: dict[str, list] = {peer: [] for peer in peers}
    under_way: set = set()
    for _ in range(400):
        for peer in peers:
            for window in made.next_windows(peer):
                feed, first, last = window
                numbers = {(feed, seq) for seq in range(first, last + 1)}
                assert not numbers & under_way, "asked twice at a time"
                under_way |= numbers
                open_windows[peer].append(window)
        busy = [peer for peer in peers if open_windows[peer]]
        if not busy:
            break
        peer = data.draw(st.sampled_from(busy))
        at = data.draw(st.integers(0, len(open_windows[peer]) - 1))
        window = open_windows[peer].pop(at)
        under_way -= {(window[0], seq) for seq in range(window[1], window[2] + 1)}
        answer(made, peer, window)
    for feed, goal in goals.items():
        assert made.held(feed) == goal
    assert all(made.is_idle(peer) for peer in peers)


def test_what_was_removed_is_asked_for_again_and_what_is_under_way_is_not() -> None:
    made = scheduler(A, peers=("ann", "ben"))
    made.holds(A, 1, 90)
    made.offer("ann", A, [(1, 100)])
    assert made.next_windows("ann") == [(A, 91, 100)]
    assert made.hold_only(A, [(1, 40)], None) == ["ann"]
    assert made.next_windows("ann") == [(A, 41, 90)]
    assert made.hold_only(A, [(1, 40)], None) == []


def test_a_feed_whose_end_counts_no_more_is_asked_for_like_any_other() -> None:
    made = scheduler(A)
    made.end(A, [(1, 4)], 4)
    made.offer("ann", A, [(1, 9)])
    assert made.next_windows("ann") == []
    made.hold_only(A, [(1, 4)], 8)
    assert not made.has_ended(A)
    made.offer("ann", A, [])
    assert made.next_windows("ann") == [(A, 5, 7)]
