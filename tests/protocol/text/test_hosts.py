"""Hosts are compared by the letters that they stand for, with the domains that they are in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.text.hosts import domains_of, fold_host

SAME = [
    ("Example.ORG", "example.org"),
    ("example.org.", "example.org"),
    ("bücher.example", "xn--bcher-kva.example"),
    ("BU\u0308CHER.example", "xn--bcher-kva.example"),
    ("例え。jp", "xn--r8jz45g.jp"),
    ("ｅｘａｍｐｌｅ．org", "example.org"),
    ("ex\u00adample.org", "example.org"),
    ("пример.рф", "XN--E1AFMKFD.xn--p1ai"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_host(one: str, other: str) -> None:
    assert fold_host(one) == fold_host(other)


@pytest.mark.parametrize(
    "host", ["xn--", "xn--a-\udc80".replace("\udc80", "ä"), "xn--999999999", "x" * 99]
)
def test_what_is_no_punycode_stays(host: str) -> None:
    assert fold_host(host) == host


def test_domains() -> None:
    assert domains_of("a.b.example") == ("a.b.example", "b.example", "example")
    assert domains_of("example") == ("example",)
    assert "paywall.example" not in domains_of("notpaywall.example")
    long = ".".join("a" * 8000) + ".example"
    assert domains_of(long)[0] == long
    assert len(domains_of(long)) <= 11


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(host: str) -> None:
    assert fold_host(host.lower().replace("xn--", "")) == fold_host(
        fold_host(host.lower().replace("xn--", ""))
    )
