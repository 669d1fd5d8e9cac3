"""Hypothesis strategies for programs of hostile acts."""

from __future__ import annotations

from hypothesis import strategies as st
from tests.protocol.sync.wire.frame_strategies import frames

from sayso_node.sim.authors import COMMON_TEXT
from sayso_node.sim.owners.expectations import ORDERS
from sayso_protocol.content.body import Profile, ViewOffer

from .acts import (
    EVERYBODY,
    PEERS,
    WRITERS,
    About,
    Act,
    Forges,
    Forks,
    Junk,
    Known,
    Labels,
    On,
    Orders,
    Says,
    Sends,
    States,
    Throws,
    Waits,
    Whom,
    Writes,
)  # fmt: skip

ODD = (
    "",
    "Ben",
    "@ben",
    "robin",
    "filters.toml",
    "../../filters.toml",
    "[[rule]]\naction = 'hide'\nwords = 'hello'\n",
    "[[labeller]]\naccount = 'all'\n",
    "sayso filter add --action hide",
    "\u202e\u2066beans",
    "cas\u00adino",
    "ＣＡＳＩＮＯ",
    "x" * 5000,
    "\N{FAMILY}" * 400,
)
WORDS = ("hello", "casino", "beans", "free money", "cats", "spam", "filters.toml")
LABELS = ("spam", "loud", "good", "odd", "Spam", "spam@x", "sp\u200bam", "bad")
KINDS = (ORDERS, "filter", "subscribe", "mute", "block", "unfollow", "view", "label", "post", "")

plain = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
texts = (
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
    | st.just(COMMON_TEXT)
    | st.sampled_from(ODD)
    | plain
)
somebody = st.sampled_from(EVERYBODY)
peers = st.sampled_from(PEERS)
abouts = st.builds(About, st.integers(0, 30), st.none() | somebody)
few = st.lists(somebody, max_size=3, unique=True).map(tuple)

says = st.builds(
    Says,
    texts,
    st.none() | abouts,
    st.none() | abouts,
    few,
    st.lists(st.sampled_from(("beans", "casino", "rule")), max_size=2, unique=True).map(tuple),
)
labels = st.builds(
    Labels,
    st.sampled_from(LABELS),
    st.lists(abouts, max_size=3).map(tuple),
    few,
    st.booleans(),
).filter(lambda one: one.entries or one.accounts)
known = st.builds(Profile, st.sampled_from(ODD[:6]), plain) | st.builds(
    ViewOffer,
    st.sampled_from(("newest", "long-reads", "civil")),
    st.sampled_from(("-age", "0", "nonsense")),
)
bodies = st.one_of(
    says,
    labels,
    st.builds(On, abouts, st.none() | st.sampled_from(("👍", "🤮"))),
    st.builds(On, abouts, repost=st.just(True)),
    st.builds(Whom, somebody, st.booleans()),
    known.map(Known),
    st.builds(Orders, st.sampled_from(KINDS), texts, somebody),
    st.binary(min_size=1, max_size=60).map(Junk),
)
writers = st.sampled_from(WRITERS)
saying = st.builds(
    Writes,
    st.sampled_from(("ben", "mallory", "oscar")),
    st.lists(bodies, min_size=1, max_size=9).map(tuple),
    peers,
)
labelling = st.builds(
    Writes, st.just("lena"), st.lists(labels, min_size=1, max_size=6).map(tuple), peers
)
others = st.one_of(
    st.builds(Writes, writers, st.lists(bodies, min_size=1, max_size=4).map(tuple), peers),
    st.builds(Forks, writers, st.booleans(), peers),
    st.builds(Forges, somebody, st.none() | writers, peers),
    st.builds(States, writers, st.none() | somebody, st.integers(0, 3), st.booleans(), peers),
    st.builds(Sends, st.lists(frames, min_size=1, max_size=4).map(tuple), peers),
    st.builds(Throws, st.binary(max_size=200), peers),
    st.builds(Waits, st.sampled_from((1, 20, 100)), st.none() | peers),
)
acts: st.SearchStrategy[Act] = st.integers(0, 3).flatmap(
    lambda kind: (saying, saying, labelling, others)[kind]
)
programs = st.lists(acts, min_size=1, max_size=30)
"""Of all lengths: most of what strangers do is said in what they write."""
