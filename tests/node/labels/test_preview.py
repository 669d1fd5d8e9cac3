"""Previews of labels that are held elsewhere say what they would say if the store held them."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from tests.node.village import LATER, Village

from sayso_node.clock import now_ms
from sayso_node.filters.preview import Tried
from sayso_node.labels.preview import hide_all, merged_labels, preview
from sayso_node.labels.queries import names_of
from sayso_protocol.accounts.statement import sign_rotate
from sayso_protocol.content.body import Label, Post
from sayso_protocol.feed.run import verify_run
from sayso_protocol.filters.rules import Action, Use
from sayso_protocol.filters.syntax.parser import read_rules
from sayso_storage.interface.content.labels import Labels
from sayso_storage.interface.store import Store
from sayso_storage.memory.store import MemoryStore


@pytest.fixture
def there(village: Village) -> Store:
    """What a peer has of the labeller, who labels some posts of a village and some people: Anna
    under the key that she had before."""
    anna, ben, labeller = village["anna"], village["ben"], village["labeller"]
    [spam, _] = village.says("anna", Post("buy"), Post("hello"))
    village.says("ben", Post("look", quote=spam.reference), Post("odd"))
    head = village.store.feed(anna.feed)
    assert head is not None
    ends = [(anna.feed, head.head, head.held[-1].top)]
    moved = sign_rotate(anna.next_key, anna.account, ends)
    assert village.store.add_statements([moved], LATER) == [True]
    heir = type(anna)("heir", account=anna.next_key)
    village.store.add_grant(heir.grant)
    village.store.append([heir.post("under a new key")], LATER)
    village.says("ben", Post("listen", mentions=(heir.account,)))
    run = labeller.publish(
        [
            Label("spam", entries=(spam.reference,)),
            Label("rude", accounts=(anna.account,)),
            Label("odd", accounts=(ben.account,)),
            Label("odd", accounts=(ben.account,), off=True),
            Label("loud", accounts=(anna.account,)),
            Label("loud", accounts=(heir.account,), off=True),
        ]
    )
    store = MemoryStore(b"there" + bytes(11))
    store.set_labellers([labeller.account], 1)
    store.add_grant(labeller.grant)
    store.append([verify_run(labeller.store.load(labeller.feed, 1, 1)), run], LATER)
    return store


def found(
    village: Village, said: Labels, rules: str = "", uses: Iterable[Use] = ()
) -> tuple[list[str], Tried]:
    labeller, tried = village["labeller"].account, Tried()
    chosen = uses or hide_all(names_of(said, labeller))
    compared = preview(read_rules(rules.encode()), labeller, chosen, said)
    changed = compared.changes(village.store, now_ms(), None, lambda _: None, tried)
    return [change.entry.id.hex() for change in changed], tried


def hold(village: Village) -> None:
    """Let the village's own store have what the labeller said."""
    labeller = village["labeller"]
    runs = [verify_run(labeller.store.load(labeller.feed, seq, seq)) for seq in range(1, 8)]
    village.store.append(runs, LATER)


def test_a_preview_of_labels_elsewhere_is_that_of_labels_here(
    village: Village, there: Store
) -> None:
    labeller = village["labeller"].account
    assert found(village, village.store)[0] == []
    elsewhere = found(village, merged_labels(village.store, labeller, there))
    assert not names_of(village.store, labeller)  # and nothing came here by it
    hold(village)
    here = found(village, village.store)
    assert elsewhere == here
    assert here[1].counts["hidden"] == 5  # all of Anna's, what quotes her and what mentions her


def test_a_label_on_one_key_is_taken_back_on_the_next(village: Village, there: Store) -> None:
    """The control: a store that was not told whose keys are one finds the label still there."""
    labeller, loud = village["labeller"].account, (Use("loud", Action.HIDE),)
    assert found(village, there, uses=loud)[1].counts["hidden"] > 0
    said = merged_labels(village.store, labeller, there)
    assert found(village, said, uses=loud)[1].counts["hidden"] == 0


def test_what_other_labellers_say_stays(village: Village, there: Store) -> None:
    """A post that is hidden by another one already does not change."""
    [odd] = [one for one in village.shown("") if one.text == "odd"]
    village.says("other", Label("bad", accounts=(village["ben"].account,)))
    rules = f'[[labeller]]\naccount = "{village.key("other")}"\non = {{ bad = "hide" }}\n'
    said = merged_labels(village.store, village["labeller"].account, there)
    ids, tried = found(village, said, rules)
    assert odd.id not in ids
    assert tried.counts["hidden"] == 3  # Anna's; what quotes her is by Ben
    pages = said.labels_by(village["other"].account)
    assert [one.name for one in pages] == ["bad"]
