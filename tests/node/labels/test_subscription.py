"""`[[labeller]]` tables: read with every mistake told, and changed without touching the rest."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.budget import long
from tests.protocol.filters.support import ANNA, BEN, CLEO, rules_of

from sayso_node.errors import NodeError, NotFound
from sayso_node.filters.edit import add, remove
from sayso_node.filters.file import FiltersError, load_rules
from sayso_node.home.directory import Home
from sayso_node.labels.subscription import (
    labeller_of,
    read_uses,
    reload_labellers,
    subscribe,
    unsubscribe,
    with_uses,
)
from sayso_protocol.content.label import MAX_LABEL
from sayso_protocol.crypto.keys import KeyPair, key_text, parse_key
from sayso_protocol.filters.rules import Action, Use
from sayso_protocol.filters.syntax import parser
from sayso_protocol.filters.syntax.parser import read_rules
from sayso_protocol.limits import MAX_LABELLERS, MAX_LABELS_USED, MAX_RULES
from sayso_protocol.toml.mistakes import BadFile
from sayso_storage.memory.store import MemoryStore

TABLE = f'[[labeller]]\naccount = "{ANNA}"\non = {{ spam = "hide", birds = "boost:5" }}\n'


def test_a_subscription_makes_rules_behind_the_owners() -> None:
    rules = rules_of(TABLE + '[[rule]]\naction = "fold"\ntag = "x"\n')
    assert [(rule.number, rule.action, rule.name, rule.by) for rule in rules.rules] == [
        (1, Action.FOLD, None, None),
        (2, Action.HIDE, f"spam@{ANNA}", ANNA),
        (3, Action.HIDE, f"spam@{ANNA} (account)", ANNA),
        (4, Action.BOOST, f"birds@{ANNA}", ANNA),
        (5, Action.BOOST, f"birds@{ANNA} (account)", ANNA),
    ]
    assert rules.written == rules.rules[:1]
    assert [clause.condition for rule in rules.rules[1:3] for clause in rule.clauses] == [
        "label",
        "list",
    ]
    assert (rules.rules[3].points, rules.rules[1].because) == (5, "labelled spam")


def test_labels_that_are_only_shown_make_none() -> None:
    rules = rules_of(f'[[labeller]]\naccount = "{ANNA}"\n[labeller.on]\n"big birds" = "show"\n')
    assert rules.rules == ()
    assert rules.labellers[0].uses == (Use("big birds", None),)


def test_what_is_not_carried_is_so_for_its_own_sake_alone() -> None:
    rules = rules_of(f'[[labeller]]\naccount = "{ANNA}"\non = {{ a = "drop", b = "allow" }}\n')
    assert [rule.through for rule in rules.rules] == [False, False, True, True]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[[labeller]]\n", 1, "no `account`"),
        ('[[labeller]]\naccount = "x"\n', 2, "not an account"),
        ('[[labeller]]\naccount = "@anna"\n', 2, "`sayso profile '@anna'` tells"),
        (TABLE + TABLE, 5, "stands in the file before"),
        (f'[[labeller]]\naccount = "{ANNA}"\nonn = {{}}\n', 3, "did you mean `on`"),
        (f'[[labeller]]\naccount = "{ANNA}"\non = "hide"\n', 3, "a table of labels"),
        (f'[[labeller]]\naccount = "{ANNA}"\n[labeller.on]\nx = "kill"\n', 4, "one of show"),
        (f'[[labeller]]\naccount = "{ANNA}"\non = {{ x = 5 }}\n', 3, "is a text"),
        (f'[[labeller]]\naccount = "{ANNA}"\non = {{ x = "boost" }}\n', 3, "boost:N"),
        (f'[[labeller]]\naccount = "{ANNA}"\non = {{ x = "boost:0" }}\n', 3, "points are not 0"),
        (f'[[labeller]]\naccount = "{ANNA}"\non = {{ x = "boost:y" }}\n', 3, "whole points"),
        (f'[[labeller]]\naccount = "{ANNA}"\non = {{ "a@b" = "hide" }}\n', 3, "without @"),
        (f'[[labeller]]\naccount = "{ANNA}"\non = {{ {"é" * 33} = "hide" }}\n', 0, ""),
        ("[labeller]\n", 1, "each begins with"),
        ("labellers = 1\n", 1, "did you mean `labeller`"),
        ("[[labeller]]\n" * (MAX_LABELLERS + 1), MAX_LABELLERS + 1, "at most"),
    ],
)
def test_mistakes_are_told_with_their_line(text: str, line: int, said: str) -> None:
    with pytest.raises(BadFile) as caught:
        read_rules(text.encode())
    assert caught.value.mistakes[0].line == line or not said
    assert said in str(caught.value)


def test_names_and_their_number_have_a_bound() -> None:
    head = f'[[labeller]]\naccount = "{ANNA}"\n[labeller.on]\n'
    read_rules((head + f'{"x" * MAX_LABEL} = "hide"\n').encode())
    with pytest.raises(BadFile, match="at most"):
        read_rules((head + f'{"x" * (MAX_LABEL + 1)} = "hide"\n').encode())
    many = "".join(f'n{n} = "hide"\n' for n in range(MAX_LABELS_USED + 1))
    with pytest.raises(BadFile, match="at most"):
        read_rules((head + many).encode())


@long
def test_the_rules_that_labels_make_count_with_the_others() -> None:
    """The most labels of the most labellers would make more rules than a file may have."""
    keys = [key_text(KeyPair.from_seed(bytes([n]) * 32).public) for n in range(MAX_LABELLERS)]
    on = ", ".join(f'n{n} = "hide"' for n in range(MAX_LABELS_USED))
    tables = [f'[[labeller]]\naccount = "{key}"\non = {{ {on} }}\n' for key in keys]
    fitting = MAX_RULES // (2 * MAX_LABELS_USED)
    assert fitting < MAX_LABELLERS
    left = MAX_RULES - fitting * 2 * MAX_LABELS_USED
    own = '[[rule]]\naction = "hide"\ntag = "x"\n'
    most = "".join(tables[:fitting])
    assert len(rules_of(most + own * left).rules) == MAX_RULES
    shown = tables[-1].replace("hide", "show")  # does nothing, and makes none
    assert len(rules_of(most + shown + own * left).rules) == MAX_RULES
    for text, line in (
        ("".join(tables), 3 * fitting + 3),
        (most + own * (left + 1), 3 * fitting),
    ):
        with pytest.raises(BadFile, match="more than 20000 rules") as caught:
            read_rules(text.encode())
        [mistake] = caught.value.mistakes
        assert mistake.line == line


def test_a_subscription_that_makes_too_many_rules_changes_nothing(
    home: Home, store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(home, store, parse_key(ANNA), on("spam=hide"))
    before = home.filters.read_text()
    monkeypatch.setattr(parser, "MAX_RULES", 3)
    with pytest.raises(FiltersError, match="more than 3 rules"):
        subscribe(home, store, parse_key(BEN), on("spam=hide"))
    assert (home.filters.read_text(), store.labellers()) == (before, [parse_key(ANNA)])


# --- changes --------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(bytes(16))


def on(*given: str) -> list[Use]:
    return read_uses(given)


def test_subscribing_changes_no_more_of_the_file_than_it_must(
    home: Home, store: MemoryStore
) -> None:
    home.prepare()
    before = (
        f"# mine\n[[rule]]\naction = 'hide' # why\ntag = 'x'\n\n# trusted\n{TABLE}# end of it\n"
        f"\n[lists.friends]\naccounts = ['{CLEO}']\n"
    )
    home.filters.write_text(before)
    home.filters.chmod(0o600)
    subscribe(home, store, parse_key(ANNA), on("birds=show", "big cats=fold"))
    line = 'on = { spam = "hide", birds = "boost:5" }'
    new = 'on = { spam = "hide", birds = "show", "big cats" = "fold" }'
    assert home.filters.read_text() == before.replace(line, new)
    subscribe(home, store, parse_key(BEN), [])
    assert [one.account for one in load_rules(home).labellers] == [ANNA, BEN]
    assert store.labellers() == sorted([parse_key(ANNA), parse_key(BEN)])
    unsubscribe(home, store, parse_key(BEN))
    assert home.filters.read_text().rstrip("\n") == before.replace(line, new).rstrip("\n")
    gone = unsubscribe(home, store, parse_key(ANNA))
    assert (gone.account, store.labellers()) == (ANNA, [])
    assert "# mine" in home.filters.read_text() and "labeller" not in home.filters.read_text()
    with pytest.raises(NotFound, match="not subscribed to"):
        unsubscribe(home, store, parse_key(ANNA))


def test_a_table_of_another_form_is_written_anew(home: Home, store: MemoryStore) -> None:
    home.prepare()
    home.filters.write_text(f'[[labeller]]\naccount = "{ANNA}"\n[labeller.on]\nspam = "hide"\n')
    home.filters.chmod(0o600)
    subscribe(home, store, parse_key(ANNA), on("odd=fold"))
    labeller = labeller_of(load_rules(home), ANNA)
    assert labeller is not None
    assert labeller.uses == (Use("spam", Action.HIDE), Use("odd", Action.FOLD))


def test_the_store_carries_whom_the_file_names(home: Home, store: MemoryStore) -> None:
    home.prepare()
    home.filters.write_text(TABLE)
    home.filters.chmod(0o600)
    reload_labellers(home, store)
    assert store.labellers() == store.carried_accounts() == [parse_key(ANNA)]
    assert store.shown_accounts() == []
    home.filters.write_text("mistake")
    reload_labellers(home, store)
    assert store.labellers() == [parse_key(ANNA)]
    home.filters.unlink()
    reload_labellers(home, store)
    assert store.labellers() == []


def test_rules_are_added_and_removed_beside_subscriptions(home: Home, store: MemoryStore) -> None:
    subscribe(home, store, parse_key(ANNA), on("spam=hide"))
    rule = add(home, {"action": "hide", "tag": ["x"], "name": "mine"}, first=False)
    assert (rule.name, rule.number) == ("mine", 1)
    for named in (f"spam@{ANNA}", "2"):
        with pytest.raises(NodeError, match="labels unsubscribe"):
            remove(home, named)
    assert remove(home, "1").name == "mine"
    assert load_rules(home).labellers


def test_what_is_typed_is_read_or_said_to_be_wrong(home: Home, store: MemoryStore) -> None:
    assert on("a=b=hide", " x = boost:3 ") == [
        Use("a=b", Action.HIDE),
        Use("x", Action.BOOST, 3),
    ]
    for wrong in ("hide", "=hide", "x=kill", "a@b=hide", "x="):
        with pytest.raises(NodeError, match=wrong):
            read_uses([wrong])
    home.prepare()
    home.filters.write_text(f'labeller = [{{ account = "{ANNA}" }}]\n')
    home.filters.chmod(0o600)
    with pytest.raises(FiltersError, match="editor"):
        subscribe(home, store, parse_key(ANNA), [])


def test_rules_with_another_subscription() -> None:
    rules = rules_of(TABLE + f'[[labeller]]\naccount = "{BEN}"\non = {{ odd = "fold" }}\n')
    none = with_uses(rules, parse_key(ANNA), [])
    assert [rule.by for rule in none.rules] == [BEN, BEN]
    other = with_uses(rules, parse_key(ANNA), [Use("odd", Action.FOLD)])
    assert [rule.name for rule in other.rules if rule.by == ANNA] == [
        f"odd@{ANNA}",
        f"odd@{ANNA} (account)",
    ]


PAGE = (Path(__file__).resolve().parents[3] / "docs" / "labels.md").read_text(encoding="utf-8")


def test_the_page_on_labels_shows_what_can_be_written() -> None:
    texts = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert [len(rules_of(text).rules) for text in texts] == [6, 1]
