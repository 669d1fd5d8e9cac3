"""Rules: those that are in force, one more with its effect before it is, and what they hide."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import RedirectResponse, Response

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.durations import seconds_of
from sayso_protocol.filters.conditions import CONDITIONS, Bound
from sayso_protocol.filters.rules import STAGES, Action, Clause, Rule, Stage
from sayso_protocol.toml.writer import Value
from sayso_protocol.translation import _

from ....accounts.lookup import find_account, find_entry
from ....clock import now_ms
from ....errors import NodeError
from ....filters.edit import add, remove, until
from ....filters.file import FiltersError, load_rules
from ....filters.ledger import LedgerQuery, lines_of, not_carried, not_shown, withheld
from ....filters.trial import try_rule
from ...form import Form
from ..entries.post_parts import PostParts
from ..visit import NOT_DONE, Visit, back

SHOWN: Final = 20
"""Posts that a preview lists."""

LEDGER: Final = 50

ACTIONS: Final = {
    "hide": _("hide it"),
    "fold": _("fold it into one line"),
    "boost": _("give it points, for views"),
    "drop": _("neither keep nor pass it on"),
    "headers": _("keep the chain without its words"),
    "store": _("keep it, but do not pass it on"),
    "allow": _("show it, whatever rules behind this one say"),
}

COMMON: Final = {
    "words": _("Words or phrases, with commas between them"),
    "account": _("Accounts: keys or @petnames, with commas between them"),
    "tag": _("Tags, with commas between them"),
    "host": _("Hosts of links, with commas between them: example.org"),
}

FURTHER: Final = {
    "pattern": _("A regular expression (RE2) that it matches"),
    "label": _("Labels by those whom you subscribe to"),
    "list": _("Lists that its account is on"),
    "kind": _("Kinds: post, repost, poll, follow …"),
    "lang": _("Languages as their authors say: en, pt"),
    "media_kind": _("Kinds of attachments: image, video, audio"),
    "older": _("Written so long ago, or longer: 2h, 7d, 4w"),
    "younger": _("Written less long ago than: 2h, 7d, 4w"),
    "account_younger": _("Accounts whose first post here is less old: 3d"),
    "distance": _("So far from you: 1 whom you follow, 2 whom those do, 3 anybody else"),
    "media": _("So many attachments or more"),
    "media_bytes": _("Attachments of so many bytes or more"),
    "coordinated": _("In step with other accounts, with a score of so much (0 to 1000)"),
    "rate": _("Accounts that wrote so many in the hour before"),
    "reply_depth": _("So deep in a conversation"),
    "copies": _("So many other accounts wrote near-copies"),
}

LASTS: Final = {
    "": _("for ever"),
    "1h": _("an hour"),
    "1d": _("a day"),
    "7d": _("a week"),
    "30d": _("thirty days"),
}


def filters_page(visit: Visit) -> Response:
    """The rules in their order, each with what it looks at."""
    names = visit.names()
    rules, mistakes = None, list[str]()
    try:
        rules = load_rules(visit.home)
    except FiltersError as error:
        mistakes = [one.text for one in error.mistakes] or [str(error)]
    lines = [] if rules is None else [(one, _conditions(one)) for one in rules.rules]
    return visit.render(
        "filters.html",
        lines=lines,
        mistakes=mistakes,
        names=names,
        actions=ACTIONS,
        now=now_ms(),
        path=str(visit.home.filters),
    )


def new_filter_page(visit: Visit) -> Response:
    """An empty rule."""
    start = {name: [visit.asked(name)] for name in COMMON if visit.asked(name)}
    return _new(visit, Form(start))


async def preview_filter(visit: Visit, typed: Form) -> Response:
    """What the rule would do; nothing is written."""
    return await visit.context.read(_preview, visit, typed)


async def add_filter(visit: Visit, typed: Form) -> Response:
    """Add the rule."""

    def write() -> None:
        add(visit.home, _fields(visit, typed), first=bool(typed.text("first")))

    try:
        await visit.context.write(write)
    except NodeError as error:
        return await visit.context.read(_new, visit, typed, error)
    return RedirectResponse("/filters?said=rule-added", 303)


async def remove_filter(visit: Visit, typed: Form) -> Response:
    """Take a rule away."""

    await visit.context.write(_remove, visit, typed.text("rule"))
    return back(typed, "/filters", "rule-removed")


def _remove(visit: Visit, named: str) -> None:
    """Remove a rule by its number and title, as a page had them. Raises `FiltersError` where it is
    another one by now."""
    number, _space, title = named.partition(" ")
    rules = load_rules(visit.home).written
    if not any((str(one.number), one.title) == (number, title) for one in rules):
        raise FiltersError(_("The rules have changed meanwhile: look at them again."))
    remove(visit.home, number)


def ledger_page(visit: Visit) -> Response:
    """All that rules hide, fold or keep from others, with a way to take each back."""
    rules, present = load_rules(visit.home), now_ms()
    only = visit.asked("rule") or None
    before = find_entry(visit.store, visit.asked("before")) if visit.asked("before") else None
    asked = LedgerQuery(LEDGER, None, before, only)
    pages = [not_shown(visit.store, rules, present, asked)]
    accounts = []
    if before is None:
        pages.append(withheld(visit.store, rules, present, asked))
        accounts = lines_of(not_carried(visit.store, rules, present), only, LEDGER)
    posts = [one for part in pages for one in part.posts]
    items = [one.item for one in posts]
    last = pages[0].last
    return visit.render(
        "ledger.html",
        posts=posts,
        accounts=accounts,
        only=only,
        older=None if last is None else last.id.hex(),
        parts=PostParts(visit, items, unfold=True),
    )


async def undo_rule(visit: Visit, typed: Form) -> Response:
    """Take back the rule that hides something."""
    await visit.context.write(_remove, visit, typed.text("rule"))
    return back(typed, "/ledger", "rule-removed")


def _new(visit: Visit, typed: Form, error: NodeError | None = None, **more: Any) -> Response:
    values = {"trial": None, "parts": PostParts(visit, []), "carried": False} | more
    words = "" if error is None else str(error)
    every = [*COMMON, *FURTHER]
    at = next((name for name in every if f" {name}" in words or f"`{name}`" in words), "")
    return visit.render(
        "new_filter.html",
        200 if error is None else NOT_DONE,
        typed=typed,
        common=COMMON,
        further=FURTHER,
        open_further=any(typed.text(name) for name in FURTHER),
        actions=ACTIONS,
        lasts=LASTS,
        mistake=words,
        at=at,
        **values,
    )


def _preview(visit: Visit, typed: Form) -> Response:
    try:
        fields = _fields(visit, typed)
        first = bool(typed.text("first"))
        trial = try_rule(visit.home, visit.store, fields, SHOWN, first=first)
    except NodeError as error:
        return _new(visit, typed, error)
    parts = PostParts(visit, [one.item for one in trial.posts], unfold=True)
    carried = Stage.SHOW not in STAGES[trial.rule.action]
    return _new(visit, typed, trial=trial, parts=parts, carried=carried)


def _fields(visit: Visit, typed: Form) -> dict[str, Value]:
    """The fields of the rule in the form. Raises `NodeError`."""
    action = typed.text("action")
    if action not in tuple(map(str, Action)):
        raise FiltersError(_("Choose what the rule does."))
    fields: dict[str, Value] = {}
    if name := typed.text("name").strip():
        fields["name"] = name
    fields["action"] = action
    if typed.text("points").strip():
        fields["points"] = _number("points", typed.text("points"))
    conditions = {
        name: _value(visit, name, typed.text(name).strip())
        for name in CONDITIONS
        if typed.text(name).strip()
    }
    if not conditions:
        raise FiltersError(_("Fill in one condition at least: a rule without any is about all."))
    fields |= conditions
    if typed.text("no_through"):
        fields["through"] = False
    lasts = typed.text("lasts")
    if lasts in LASTS and (seconds := seconds_of(lasts) if lasts else None):
        fields["until"] = until(now_ms() + seconds * 1000)
    if because := typed.text("because").strip():
        fields["because"] = because
    return fields


def _value(visit: Visit, name: str, text: str) -> Value:
    condition = CONDITIONS[name]
    if isinstance(condition, Bound):
        return text if condition.duration else _number(name, text)
    if name == "pattern":
        return [text]
    values = [part.strip() for part in text.split(",") if part.strip()]
    if name == "account":
        return [key_text(find_account(visit.store, value)) for value in values]
    return [value.removeprefix("#") for value in values] if name == "tag" else values


def _number(name: str, text: str) -> int:
    try:
        return int(text.strip()[:12])
    except ValueError as error:
        raise FiltersError(_("{name} is a whole number").format(name=f"`{name}`")) from error


def _conditions(rule: Rule) -> list[tuple[str, str]]:
    """What a rule looks at, in words: its conditions, then its exceptions."""
    found = [(one.condition, _clause(one)) for one in rule.clauses]
    for clauses in rule.exceptions:
        found += [(_("but not {what}").format(what=one.condition), _clause(one)) for one in clauses]
    return found


def _clause(clause: Clause) -> str:
    return ", ".join(one or '""' for one in clause.values) or str(clause.bound)
