"""Filters for apps: the owner's own rules about words, in `filters.toml`.

A rule is shown to apps where it hides or folds posts by words alone. Others stay what they are; the
file's comments and layout do, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sayso_protocol.filters.rules import Action, Rules
from sayso_protocol.filters.syntax.editor import RULE, set_key
from sayso_protocol.toml.writer import Bare, Value, written
from sayso_protocol.translation import _

from ....clock import now_ms
from ....errors import NodeError, NotFound
from ....filters.edit import add, remove, until
from ....filters.file import change_rules, load_rules
from ....home.directory import Home
from ...api.params import BadParam, Params, read_params
from ...request import context_of
from ..requests.lookup import NO_RECORD, path_id
from .word_rules import CONTEXTS, WordRule, word_rules

ACTIONS: Final = {"hide": Action.HIDE, "warn": Action.FOLD}
LONGEST: Final = 10 * 365 * 86_400
MAX_WORDS: Final = 200
MAX_TITLE: Final = 200

Entity = dict[str, object]


async def filters(request: Request) -> Response:
    """Every filter."""
    context = context_of(request)
    found = await context.read(lambda: word_rules(load_rules(context.home)))
    return JSONResponse([one.as_entity() for one in found])


async def filters_1(request: Request) -> Response:
    """The words of all filters, as version 1 had them."""
    context = context_of(request)
    found = await context.read(lambda: word_rules(load_rules(context.home)))
    return JSONResponse(
        [
            {
                "id": one.keyword_id(word),
                "phrase": word,
                "context": list(CONTEXTS),
                "whole_word": True,
                "expires_at": one.as_entity()["expires_at"],
                "irreversible": one.rule.action is Action.HIDE,
            }
            for one in found
            for word in one.words
        ]
    )


async def one_filter(request: Request) -> Response:
    """One filter."""
    context = context_of(request)
    found = await context.read(_filter, context.home, path_id(request))
    return JSONResponse(found.as_entity())


async def make(request: Request) -> Response:
    """A new rule, behind those that are there."""
    params, context = await read_params(request), context_of(request)
    title = (params.text("title") or "").strip()
    if not title or len(title) > MAX_TITLE:
        raise BadParam("title is missing")
    words = _words_given(params, ())
    if not words:
        raise BadParam("name a word in keywords_attributes: a filter without one does nothing")
    end = _end(params)
    fields: dict[str, Value] = {
        "name": title,
        "action": _action(params, Action.FOLD).value,
        "words": words,
    }
    if end is not None:
        fields["until"] = until(end)

    def act() -> WordRule:
        if any(one.name == title for one in load_rules(context.home).written):
            raise NodeError(
                _("there is a rule {title} already: choose another title").format(title=title)
            )
        return WordRule(add(context.home, fields, first=False))

    return JSONResponse((await context.write(act)).as_entity())


async def change(request: Request) -> Response:
    """Change a rule where it stands."""
    params, context = await read_params(request), context_of(request)

    def act() -> WordRule:
        found = _filter(context.home, path_id(request))
        words, title = _words_given(params, found.words, found), params.text("title")
        fields: dict[str, Value] = {}
        if title and title != found.rule.title:
            fields["name"] = title[:MAX_TITLE]
        if words != list(found.words):
            fields["words"] = words
        action, end = _action(params, found.rule.action), _end(params)
        if action is not found.rule.action:
            fields["action"] = action.value
        if end is not None:
            fields["until"] = until(end)
        return _changed(context.home, found, fields)

    return JSONResponse((await context.write(act)).as_entity())


async def delete(request: Request) -> Response:
    """Remove a rule."""
    context = context_of(request)

    def act() -> None:
        found = _filter(context.home, path_id(request))
        remove(context.home, found.rule.name or str(found.rule.number))

    await context.write(act)
    return JSONResponse({})


async def keywords(request: Request) -> Response:
    """The words of a filter."""
    context = context_of(request)
    found = await context.read(_filter, context.home, path_id(request))
    return JSONResponse(found.keywords())


async def add_keyword(request: Request) -> Response:
    """One more word."""
    params, context = await read_params(request), context_of(request)
    word = _word(params.text("keyword") or "")

    def act() -> Entity:
        found = _filter(context.home, path_id(request))
        new = _changed(context.home, found, {"words": [*found.words, word]})
        return new.keywords()[-1]

    return JSONResponse(await context.write(act))


async def keyword(request: Request) -> Response:
    """One word."""
    context = context_of(request)
    found, word = await context.read(_keyword, context.home, path_id(request))
    return JSONResponse(_keyword_entity(found, word))


async def change_keyword(request: Request) -> Response:
    """Another word in place of one."""
    params, context = await read_params(request), context_of(request)
    new_word = _word(params.text("keyword") or "")

    def act() -> Entity:
        found, word = _keyword(context.home, path_id(request))
        words = [new_word if one == word else one for one in found.words]
        new = _changed(context.home, found, {"words": words})
        return new.keywords()[words.index(new_word)]

    return JSONResponse(await context.write(act))


async def delete_keyword(request: Request) -> Response:
    """Take a word away; with the last one the rule goes."""
    context = context_of(request)

    def act() -> None:
        found, word = _keyword(context.home, path_id(request))
        words = [one for one in found.words if one != word]
        if words:
            _changed(context.home, found, {"words": words})
        else:
            remove(context.home, found.rule.name or str(found.rule.number))

    await context.write(act)
    return JSONResponse({})


def _filter(home: Home, number: str) -> WordRule:
    for one in word_rules(load_rules(home)):
        if one.id == number:
            return one
    raise NotFound(_(NO_RECORD))


def _keyword(home: Home, number: str) -> tuple[WordRule, str]:
    for one in word_rules(load_rules(home)):
        for word in one.words:
            if one.keyword_id(word) == number:
                return one, word
    raise NotFound(_(NO_RECORD))


def _keyword_entity(found: WordRule, word: str) -> Entity:
    return {"id": found.keyword_id(word), "keyword": word, "whole_word": True}


def _changed(home: Home, found: WordRule, fields: dict[str, Value]) -> WordRule:
    """The rule with other values, each where it stands in the file. Raises `NodeError`."""
    number = found.rule.number

    def change_text(text: str, rules: Rules) -> str:
        if number > len(rules.written) or rules.written[number - 1] != found.rule:
            raise NodeError(_("the rules were changed meanwhile: try again"))
        for key, value in fields.items():
            new = set_key(text, RULE, number, key, value)
            if new is None and key in ("name", "until"):  # every rule has an action
                more = Bare(f"{written(found.rule.action.value)}\n{key} = {written(value)}")
                new = set_key(text, RULE, number, "action", more)
            if new is None:
                raise NodeError(
                    _("the rule {rule} has to be edited in {path}").format(
                        rule=found.rule.title, path=home.filters
                    )
                )
            text = new
        return text

    rules = change_rules(home, change_text) if fields else load_rules(home)
    return WordRule(rules.written[number - 1])


def _words_given(params: Params, before: Sequence[str], found: WordRule | None = None) -> list[str]:
    ids = {} if found is None else {found.keyword_id(one): one for one in before}
    words = list(before)
    for one in params.parts("keywords_attributes"):
        old = ids.get(one.text("id") or "")
        if one.flag("_destroy"):
            words = [word for word in words if word != old]
        elif one.text("keyword"):
            new = _word(one.text("keyword") or "")
            words = [new if word == old else word for word in words] if old else [*words, new]
    if len(words) > MAX_WORDS:
        raise BadParam(f"a filter has at most {MAX_WORDS} words here")
    return list(dict.fromkeys(words))


def _word(text: str) -> str:
    text = text.strip()
    if not text:
        raise BadParam("a keyword is missing")
    return text


def _action(params: Params, default: Action) -> Action:
    given = params.text("filter_action")
    if not given:
        return default
    if given not in ACTIONS:
        raise BadParam("filter_action is warn or hide")
    return ACTIONS[given]


def _end(params: Params) -> int | None:
    seconds = params.number("expires_in", 0, 0, LONGEST)
    return now_ms() + 1000 * seconds if seconds else None
