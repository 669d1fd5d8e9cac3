"""The contract, part three: timelines, look-ups, counts."""

import pytest

from sayso_protocol.accounts.statement import sign_revoke
from sayso_protocol.codec import encode
from sayso_protocol.content.body import (
    Follow,
    KnownBody,
    Post,
    Profile,
    Reference,
    Repost,
    write_body,
)
from sayso_protocol.feed.run import RawRun, Run, sign_run, verify_run
from sayso_storage.interface.store import Store, StoredEntry, TimelineQuery

from .makers import NOW_MS, START_MS, Author, after, author, part, posts, reference, run_of

ANNA, BERT, CARA = author(1), author(2), author(3)
FAR_MS = NOW_MS * 2


@pytest.fixture
def three(store: Store) -> Store:
    """Anna owns the store and follows Bert and Cara."""
    store.add_own(ANNA.grant, NOW_MS)
    for one in (BERT, CARA):
        store.follow(one.account.public, None, NOW_MS)
        store.add_grant(one.grant)
    return store


def places(entries: list[StoredEntry]) -> list[tuple[bytes, int]]:
    return [(entry.feed, entry.seq) for entry in entries]


def of(who: Author, *seqs: int) -> list[tuple[bytes, int]]:
    return [(who.feed.public, seq) for seq in seqs]


def test_the_timeline_merges_followed_and_own_newest_first(three: Store) -> None:
    three.append(
        [
            posts(BERT, 3, start_ms=START_MS),
            posts(CARA, 2, start_ms=START_MS + 1500),
            posts(ANNA, 1, start_ms=START_MS + 3500),
        ],
        NOW_MS,
    )
    expected = [*of(ANNA, 1), *of(CARA, 2), *of(BERT, 3), *of(CARA, 1), *of(BERT, 2, 1)]
    assert places(three.timeline(TimelineQuery())) == expected
    assert places(three.timeline(TimelineQuery(limit=2))) == expected[:2]
    assert three.timeline(TimelineQuery(limit=0)) == []


def test_an_entry_is_read_back_in_full(three: Store) -> None:
    run = posts(BERT, 2)
    three.append([run], NOW_MS)
    assert three.entry(run.tip) == StoredEntry(
        arrival=2,
        account=BERT.account.public,
        feed=BERT.feed.public,
        seq=2,
        id=run.ids[1],
        time_ms=run.times[1],
        sort_ms=run.times[1],
        arrived_ms=NOW_MS,
        body=bytes(run.bodies[1]),
        signature=run.signatures[1],
        body_size=len(run.bodies[1]),
        body_hash=None,
    )


def test_nobody_gets_ahead_by_a_late_date(three: Store) -> None:
    three.append([posts(BERT, 2, start_ms=FAR_MS)], NOW_MS)
    three.append([posts(CARA, 1, start_ms=NOW_MS)], NOW_MS + 5000)
    newest, second, third = three.timeline(TimelineQuery())
    assert places([newest]) == of(CARA, 1)
    assert (second.sort_ms, third.sort_ms) == (NOW_MS, NOW_MS)
    assert second.time_ms > FAR_MS


def test_equal_times_are_sorted_by_arrival(three: Store) -> None:
    for who in (BERT, CARA, ANNA):
        three.append([posts(who, 1)], NOW_MS)
    assert places(three.timeline(TimelineQuery())) == [*of(ANNA, 1), *of(CARA, 1), *of(BERT, 1)]


def test_an_unfollowed_account_leaves_the_timeline_but_can_be_asked_for(three: Store) -> None:
    three.append([posts(BERT, 2), posts(CARA, 1)], NOW_MS)
    three.unfollow(BERT.account.public)
    assert places(three.timeline(TimelineQuery())) == of(CARA, 1)
    own = TimelineQuery(account=BERT.account.public)
    assert places(three.timeline(own)) == of(BERT, 2, 1)
    three.follow(BERT.account.public, None, NOW_MS)
    assert len(three.timeline(TimelineQuery())) == 3


def test_an_account_timeline_merges_its_feeds(three: Store) -> None:
    phone = author(2, device=1)
    three.add_grant(phone.grant)
    three.append([posts(BERT, 3), posts(phone, 3, start_ms=START_MS + 500)], NOW_MS)
    query = TimelineQuery(account=BERT.account.public, limit=4)
    merged = [*of(phone, 3), *of(BERT, 3), *of(phone, 2), *of(BERT, 2)]
    assert places(three.timeline(query)) == merged
    assert three.timeline(TimelineQuery(account=author(9).account.public)) == []


def test_an_account_timeline_with_late_dates_is_sorted_all_the_same(three: Store) -> None:
    # Newest first, each dated after its arrival: the order of arrival is what counts.
    run = posts(BERT, 9, start_ms=FAR_MS)
    for number, seq in enumerate(range(9, 3, -1)):
        three.append([part(run, seq, seq)], NOW_MS + number)
    query = TimelineQuery(account=BERT.account.public, limit=3)
    assert places(three.timeline(query)) == of(BERT, 4, 5, 6)
    late = TimelineQuery(account=BERT.account.public, since_ms=NOW_MS + 4)
    assert places(three.timeline(late)) == of(BERT, 4, 5)


def test_since_is_included(three: Store) -> None:
    run = posts(BERT, 4)
    three.append([run], NOW_MS)
    for account in (None, BERT.account.public):
        query = TimelineQuery(account=account, since_ms=run.times[2])
        assert places(three.timeline(query)) == of(BERT, 4, 3)


@pytest.mark.parametrize("account", [None, BERT.account.public])
@pytest.mark.parametrize("tag", [None, "t"])
def test_pages_follow_each_other(three: Store, account: bytes | None, tag: str | None) -> None:
    for number, who in enumerate((BERT, CARA, BERT, CARA)):
        device = author(2 if who is BERT else 3, device=number)
        three.add_grant(device.grant)
        bodies: list[KnownBody] = [Post(f"{number} {n}", tags=("t",)) for n in range(5)]
        late = {"start_ms": FAR_MS} if number == 2 else {}
        three.append([run_of(device, bodies, step_ms=0 if number == 1 else 1000, **late)], NOW_MS)
    whole = three.timeline(TimelineQuery(account=account, tag=tag, limit=99))
    pages, before = list[StoredEntry](), None
    while page := three.timeline(TimelineQuery(2, account=account, tag=tag, before=before)):
        pages += page
        before = page[-1].place
    assert pages == whole
    assert len(whole) == (20 if account is None else 10)


@pytest.mark.parametrize("account", [None, BERT.account.public])
def test_a_page_may_begin_anywhere_in_a_long_feed(three: Store, account: bytes | None) -> None:
    # Hundreds at one time, then ever wider apart, at last dated later than they arrive.
    times = [START_MS] * 200 + [START_MS + n**3 for n in range(250)] + [FAR_MS] * 50
    bodies = [write_body(Post(str(n))) for n in range(len(times))]
    whole = sign_run(BERT.feed, 1, None, times, bodies)
    three.append([posts(CARA, 40, start_ms=START_MS + 10**6, step_ms=10**5)], NOW_MS)
    for step, first in enumerate(range(401, 0, -100)):
        three.append([part(whole, first, first + 99)], START_MS + 10**7 + step)
    entries = three.timeline(TimelineQuery(9999, account=account))
    assert len(entries) == (500 if account else 540)
    for at in range(0, len(entries), 7):
        query = TimelineQuery(5, account=account, before=entries[at].place)
        assert three.timeline(query) == entries[at + 1 : at + 6]


def test_only_posts_are_on_a_timeline_and_everything_is_kept(three: Store) -> None:
    bodies = [
        encode({"kind": "react", "emoji": "+"}),
        b"\xc1 not msgpack",
        encode({"kind": "post"}),
        encode(7),
        encode({"kind": "post", "text": "x", "later": [1, {"a": b"b"}]}),
    ]
    run = sign_run(BERT.feed, 1, None, [START_MS] * len(bodies), bodies)
    assert three.append([run], NOW_MS) == [run]
    for query in (TimelineQuery(), TimelineQuery(account=BERT.account.public)):
        assert places(three.timeline(query)) == of(BERT, 5)
    assert [entry.body for entry in three.arrived_after(0)] == bodies
    assert three.check(None, lambda _: None).errors == ()


def test_tags_are_compared_case_folded(three: Store) -> None:
    bodies: list[KnownBody] = [
        Post("a", tags=("Straße", "b")),
        Post("#strasse only in the text"),
        Post("c", tags=("STRASSE", "strasse")),
    ]
    three.append([run_of(BERT, bodies)], NOW_MS)
    three.append([run_of(CARA, [Post("d", tags=("straße",))], start_ms=START_MS - 9999)], NOW_MS)
    found = [*of(BERT, 3, 1), *of(CARA, 1)]
    assert places(three.timeline(TimelineQuery(tag="strasse"))) == found
    assert places(three.timeline(TimelineQuery(tag="Straße", limit=1))) == found[:1]
    by_cara = TimelineQuery(tag="strasse", account=CARA.account.public)
    assert places(three.timeline(by_cara)) == of(CARA, 1)
    three.unfollow(CARA.account.public)
    assert places(three.timeline(TimelineQuery(tag="strasse"))) == found[:2]
    assert places(three.timeline(by_cara)) == of(CARA, 1)
    late = TimelineQuery(tag="strasse", since_ms=START_MS + 2000)
    assert places(three.timeline(late)) == of(BERT, 3)


@pytest.mark.parametrize("text", ["%", "' OR 1=1 --", '"', "*", "a NEAR b", "\x1b", "🦊"])
def test_text_is_never_syntax(three: Store, text: str) -> None:
    three.append([run_of(BERT, [Post(text, tags=(text,), origin=text), Post("x")])], NOW_MS)
    assert places(three.timeline(TimelineQuery(tag=text))) == of(BERT, 1)
    assert three.find_entries(text) == []
    assert three.latest(BERT.account.public, text) is None


def test_entries_are_found_by_the_beginning_of_their_id(three: Store) -> None:
    run = posts(BERT, 40)
    three.append([run], NOW_MS)
    ids = sorted(run.ids)
    for length in (0, 1, 2, 3, 11, 12, 13, 63, 64):
        prefix = ids[7].hex()[:length]
        expected = [one for one in ids if one.hex().startswith(prefix)]
        assert [entry.id for entry in three.find_entries(prefix, limit=99)] == expected
    assert [entry.id for entry in three.find_entries("", limit=3)] == ids[:3]
    for nothing in (ids[0].hex() + "0", "xyz", ids[0].hex()[:9].upper() + "F", " "):
        assert three.find_entries(nothing) == []
    assert three.entry(bytes(32)) is None


def test_replies_are_counted_and_listed_oldest_first(three: Store) -> None:
    root = posts(BERT, 2)
    first = reference(BERT, root, 1)
    answer = Post("answer", reply=first)
    later = run_of(CARA, [answer, Post("no reply"), answer], start_ms=START_MS + 50_000)
    early = run_of(ANNA, [answer])
    three.append([later, root, early], NOW_MS)
    assert three.reply_counts([*root.ids, bytes(32)]) == {root.ids[0]: 3}
    assert three.reply_authors([*root.ids, bytes(32)]) == {
        root.ids[0]: {ANNA.account.public: 1, CARA.account.public: 2}
    }
    assert places(three.replies(root.ids[0])) == [*of(ANNA, 1), *of(CARA, 1, 3)]
    assert places(three.replies(root.ids[0], limit=2)) == [*of(ANNA, 1), *of(CARA, 1)]
    assert three.replies(root.ids[1]) == []


def test_a_reply_to_an_id_that_begins_alike_is_not_listed(three: Store) -> None:
    root = posts(BERT, 1)
    alike = root.tip[:31] + bytes([root.tip[31] ^ 1])
    forged = Reference(BERT.account.public, BERT.feed.public, 1, alike)
    three.append([root, run_of(CARA, [Post("x", reply=forged)])], NOW_MS)
    assert three.replies(root.tip) == []


def test_the_latest_of_a_kind(three: Store) -> None:
    account = BERT.account.public
    assert three.latest(account, "profile") is None
    run = run_of(BERT, [Profile("one"), Post("x"), Profile("two"), Follow(CARA.account.public)])
    three.append([run], NOW_MS)
    for kind, seq in {"profile": 3, "post": 2, "follow": 4}.items():
        found = three.latest(account, kind)
        assert found is not None
        assert found.seq == seq
    assert three.latest(account, "unfollow") is None
    assert three.latest(account, "") is None
    assert three.latest(CARA.account.public, "profile") is None


def test_the_latest_is_the_highest_of_a_feed_in_whatever_order_it_came(three: Store) -> None:
    run = run_of(BERT, [Profile("old"), Profile("new")], start_ms=FAR_MS)
    three.append([part(run, 2, 2)], NOW_MS)
    three.append([part(run, 1, 1)], NOW_MS + 1)
    found = three.latest(BERT.account.public, "profile")
    assert found is not None
    assert found.seq == 2


def test_of_several_feeds_the_later_profile_counts(three: Store) -> None:
    phone = author(2, device=1)
    three.add_grant(phone.grant)
    new = run_of(BERT, [Profile("new")], start_ms=START_MS + 5)
    old = run_of(phone, [Profile("a"), Post("b")], step_ms=1)
    three.append([new, old], NOW_MS)
    found = three.latest(BERT.account.public, "profile")
    assert found is not None
    assert found.feed == BERT.feed.public


def test_a_malformed_profile_hides_no_sound_one(three: Store) -> None:
    good = run_of(BERT, [Profile("good")])
    bad = sign_run(
        BERT.feed, 2, good.tip, [FAR_MS], [encode({"kind": "profile", "name": "x" * 300})]
    )
    three.append([good, bad], NOW_MS)
    found = three.latest(BERT.account.public, "profile")
    assert found is not None
    assert found.seq == 1


def test_unknown_kinds_have_a_latest_too(three: Store) -> None:
    bodies = [encode({"kind": "wave", "n": n}) for n in (1, 2)]
    three.append([sign_run(BERT.feed, 1, None, [START_MS] * 2, bodies)], NOW_MS)
    found = three.latest(BERT.account.public, "wave")
    assert found is not None
    assert found.seq == 2


def test_origins_are_those_of_the_own_account_over_all_feeds(three: Store) -> None:
    phone = author(1, device=1)
    three.add_grant(phone.grant)
    mine = run_of(ANNA, [Post("a", origin="x:1"), Post("b"), Post("c", origin="x:1")])
    phones = run_of(phone, [Post("d", origin="x:2")])
    three.append([mine, phones, run_of(BERT, [Post("e", origin="x:3")])], NOW_MS)
    assert three.import_origins() == {
        "x:1": reference(ANNA, mine, 1),
        "x:2": reference(phone, phones, 1),
    }


def test_origins_that_came_before_their_owner(store: Store) -> None:
    store.follow(ANNA.account.public, None, NOW_MS)
    store.add_grant(ANNA.grant)
    run = run_of(ANNA, [Post("a", origin="x:1"), Post("b", origin="x:1")])
    store.append([run], NOW_MS)
    assert store.import_origins() == {}
    store.add_own(ANNA.grant, NOW_MS)
    assert store.import_origins() == {"x:1": reference(ANNA, run, 1)}


def test_arrivals_are_replayed_from_any_place(three: Store) -> None:
    run = posts(BERT, 6)
    three.append([part(run, 4, 6), posts(CARA, 1)], NOW_MS)
    three.append([part(run, 1, 3)], NOW_MS + 1)
    order = [*of(BERT, 4, 5, 6), *of(CARA, 1), *of(BERT, 1, 2, 3)]
    assert places(three.arrived_after(0)) == order
    assert places(three.arrived_after(4, limit=2)) == order[4:6]
    assert [entry.arrival for entry in three.arrived_after(0)] == list(range(1, 8))
    assert [entry.arrived_ms for entry in three.arrived_after(3)] == [NOW_MS] + [NOW_MS + 1] * 3
    assert three.arrived_after(three.last_arrival()) == []


def test_what_is_shown_is_read_as_it_came(three: Store) -> None:
    hidden: list[KnownBody] = [Profile(name="bert"), Post("a"), Follow(CARA.account.public)]
    run = run_of(BERT, [*hidden, Repost(reference(ANNA, posts(ANNA, 1), 1)), Post("b")])
    three.append([part(run, 4, 5), posts(CARA, 1)], NOW_MS)
    three.append([part(run, 1, 3)], NOW_MS)
    order = [*of(BERT, 4, 5), *of(CARA, 1), *of(BERT, 2)]
    assert places(three.shown_after(0)) == order
    assert places(three.shown_after(1, limit=2)) == order[1:3]
    assert places(three.shown_after(0, since_ms=run.times[4])) == of(BERT, 5)
    assert {entry.place for entry in three.shown_after(0)} == {
        entry.place for entry in three.timeline(TimelineQuery())
    }
    three.unfollow(BERT.account.public)
    assert places(three.shown_after(0)) == of(CARA, 1)
    assert three.shown_after(three.last_arrival()) == three.shown_after(0, limit=0) == []


def test_entries_of_a_kind_are_listed_newest_first(three: Store) -> None:
    phone = author(2, device=1)
    three.add_grant(phone.grant)
    bodies: list[KnownBody] = [Profile(name="a"), Post("x"), Profile(name="b"), Post("y")]
    three.append([run_of(BERT, bodies)], NOW_MS)
    three.append([run_of(phone, bodies[:1], start_ms=START_MS + 1500)], NOW_MS)
    expected = [*of(BERT, 3), *of(phone, 1), *of(BERT, 1)]
    key = BERT.account.public
    assert places(three.of_kind(key, "profile")) == expected
    assert places(three.of_kind(key, "profile", limit=2)) == expected[:2]
    assert places(three.of_kind(key, "post", limit=1)) == of(BERT, 4)
    assert three.of_kind(key, "profile", limit=0) == three.of_kind(key, "view") == []
    assert three.of_kind(CARA.account.public, "post") == []


def test_a_digest_stands_for_what_is_held(three: Store) -> None:
    run, account = posts(BERT, 3), BERT.account
    three.append([run, posts(CARA, 2)], NOW_MS)
    whole, part_ = three.digest_after(0), three.digest_after(3)
    assert whole != part_ and three.digest_after(0) == whole
    three.add_statements([sign_revoke(account, run.feed, 2, run.ids[1])], NOW_MS)
    assert three.last_arrival() == 5
    assert three.digest_after(0) != whole and three.digest_after(3) == part_
    three.append([posts(ANNA, 1)], NOW_MS)
    assert three.digest_after(3) != part_


def test_authors_are_known_by_the_whole_id(three: Store) -> None:
    bert, cara = posts(BERT, 2), posts(CARA, 1)
    three.append([bert, cara], NOW_MS)
    alike = bert.ids[0][:8] + bytes(24)
    assert three.authors([*bert.ids, cara.tip, alike, bytes(32)]) == {
        bert.ids[0]: BERT.account.public,
        bert.ids[1]: BERT.account.public,
        cara.tip: CARA.account.public,
    }


def test_bodies_are_known_by_the_whole_id(three: Store) -> None:
    bert = posts(BERT, 2)
    three.append([bert], NOW_MS)
    alike = bert.ids[0][:8] + bytes(24)
    found = three.bodies([*bert.ids, alike, bytes(32)])
    assert found == dict(zip(bert.ids, map(bytes, bert.bodies), strict=True))


def test_an_absent_body_is_on_no_timeline(three: Store) -> None:
    run = posts(BERT, 1)
    from sayso_protocol.crypto.hashing import body_hash

    body = bytes(run.bodies[0])
    absent = RawRun(run.feed, 1, None, run.times, [(len(body), body_hash(body))], run.signatures)
    three.append([verify_run(absent)], NOW_MS)
    assert three.timeline(TimelineQuery()) == []
    assert three.timeline(TimelineQuery(account=BERT.account.public)) == []
    assert three.latest(BERT.account.public, "post") is None


def test_counts_and_check(three: Store) -> None:
    run = posts(BERT, 5)
    three.append([run, part(after_run(run), 6, 7)], NOW_MS)
    done: list[int] = []
    counts = three.counts()
    assert (counts.accounts, counts.feeds, counts.entries) == (3, 3, 7)
    result = three.check(None, done.append)
    assert (result.feeds, result.entries, result.errors) == (3, 7, ())
    assert done[-1] == 7
    one = three.check(CARA.account.public, done.append)
    assert (one.feeds, one.entries, one.errors) == (1, 0, ())


def after_run(run: Run) -> Run:
    return after(BERT, run, [Post("y"), Post("z")])


def test_closing_twice_is_fine(three: Store) -> None:
    three.close()
    three.close()
