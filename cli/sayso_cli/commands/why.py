"""Say why an entry is shown as it is: each rule that was asked and its answer, each label and
whose, the terms of its score, and how it came to this node.

The same store and files give the same answer on every machine. Only rules that look at the
clock can answer otherwise later: --at asks as of another moment.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from ..context import Context
from ..errors import DONE
from ..options import moment
from ..terminal.output import Output

Item = dict[str, Any]

_SAID = {
    "applies": "applies",
    "expired": "has ended",
    "decided": "an earlier rule has decided",
    "except": "but for its exception",
    "own": "no rule applies to own entries",
}


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("id", metavar="ID", help="an id, or at least 8 of its first digits")
    parser.add_argument("--view", metavar="NAME", help="tell the score under this view, too")
    parser.add_argument("--at", metavar="T", help="as of then: 2024-05-01T12:00:00Z, 2h, …")


def run(session: Context) -> int:
    """Print the answer."""
    from sayso_node.accounts.lookup import find_entry
    from sayso_node.clock import now_ms
    from sayso_node.filters.explanation import why
    from sayso_node.filters.file import load_rules
    from sayso_node.filters.judge import Judge
    from sayso_node.views.file import find_view
    from sayso_node.views.ranking import score_of

    at = moment(session.args.at)
    with session.store() as store:
        entry = find_entry(store, session.args.id)
        rules, present = load_rules(session.home), now_ms() if at is None else at
        choice = Judge(store, rules, present, home=session.home)
        named = session.args.view
        score = None if named is None else score_of(find_view(session.home, named))
        found = why(store, choice, entry, score)
    session.out.record(found)
    _show(session.out, found)
    return DONE


def _show(out: Output, found: Item) -> None:
    out.heading(found["id"][:12], _outcome(found))
    if kept := found["kept_back"]:
        by = "" if kept["by"] == "owner" else f"by labels of {kept['by']}"
        body = "" if kept["stored"] else "its body is not stored"
        out.indented("not passed on, by", kept["rule"], kept["because"] or "", by, body)
    for one in found["rules"]:
        by = "" if one["by"] == "owner" else f"by labels of {one['by']}"
        out.indented(f"{one['number']}. {one['action']}", one["rule"], _reply(one), by)
    if not found["rules"]:
        out.indented("no rule was asked: there are none")
    for one in found["labels"]:
        by = "you" if one["by"] == "owner" else one["by"]
        out.indented(f"on the {one['on']}:", one["label"], "by", by)
    for one in found["score"]:
        value = one["failure"] if one["value"] is None else str(one["value"])
        out.indented("score:", one["term"], value)
    _show_way(out, found["came"])


def _outcome(found: Item) -> str:
    if found["hidden"] is not None:
        return f"hidden by {found['hidden']}"
    return f"folded by {found['folded']}" if found["folded"] is not None else "shown"


def _reply(one: Item) -> str:
    if one["why"] == "no":
        last = one["answers"][-1]
        return f"no: {last['condition']}{_number(last)}"
    found = [value for answer in one["answers"] for value in answer.get("found", ())]
    return ": ".join(filter(None, (_SAID[one["why"]], ", ".join(found))))


def _number(answer: Item) -> str:
    return f" is {answer['value']}" if "value" in answer else " does not hold"


def _show_way(out: Output, came: Item) -> None:
    if came["own"]:
        out.indented("your own")
    for one in came["follows"]:
        out.indented("you follow", _called(one), "since", one["since"])
    for one in came["labellers"]:
        out.indented("you subscribe to the labels of", _called(one))
    if not came["own"] and not came["follows"]:
        out.indented("its account is not followed")
    for peer in came["peers"]:
        out.indented("brought by the peer", peer)
    out.indented("arrived", came["arrived"])


def _called(one: Item) -> str:
    return f"@{one['petname']}" if one["petname"] else str(one["account"])
