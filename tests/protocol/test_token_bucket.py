"""The token bucket: a burst, and so much a second."""

from sayso_protocol.token_bucket import TokenBucket


def test_a_bucket_is_full_at_first_and_grows_no_further() -> None:
    bucket = TokenBucket(100, 10)
    assert bucket.spend(100, 50_000)
    assert not bucket.spend(1, 50_090)
    assert bucket.spend(1, 50_100)
    assert not bucket.spend(1, 50_199)
    assert bucket.spend(100, 10**9)
    assert not bucket.spend(1, 10**9)
    bucket.give_back(1000)
    assert not bucket.spend(101, 10**9)


def test_a_bucket_fills_at_its_rate() -> None:
    bucket = TokenBucket(burst=3, a_second=2)
    assert all(bucket.spend(1, mono_ms=0) for _ in range(3))
    assert not bucket.spend(1, mono_ms=400)
    assert bucket.spend(1, mono_ms=500)
    assert not bucket.is_full(mono_ms=1000)
    assert bucket.is_full(mono_ms=9000)


def test_a_bucket_gives_on_credit() -> None:
    bucket = TokenBucket(burst=1, a_second=2)
    assert [bucket.reserve(0) for _ in range(3)] == [0, 500, 1000]
    assert bucket.reserve(1000) == 500
