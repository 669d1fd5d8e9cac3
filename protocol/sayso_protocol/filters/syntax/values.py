"""The values that conditions take in a file, each checked and in the form that rules hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from ...content.label import MAX_LABEL
from ...content.post import MAX_LANG, MAX_TAG
from ...crypto.keys import DID, parse_key
from ...durations import seconds_of
from ...errors import Refused
from ...limits import MAX_KIND, MAX_RULE_NAME, MAX_RULE_WORD
from ...text.fold import fold
from ...text.hosts import fold_host
from ...text.line import is_line
from ...text.normal_form import keep
from ...toml.values import BadValue, Value
from ...translation import _
from ..regex import BadPattern, check_pattern
from ..word_matcher import fold_word


def check_name(name: str) -> str:
    """A name of a rule, list or label: one line, and no ``@``. Raises `BadValue`."""
    if not name.strip() or not is_line(name) or "@" in name:
        raise BadValue(_("a name is one line of text without @"))
    if len(name) > MAX_RULE_NAME:
        raise BadValue(
            _("a name has at most {max_rule_name} characters").format(max_rule_name=MAX_RULE_NAME)
        )
    return name


def check_label(name: str) -> str:
    """A name that a label has and rules can ask for. Raises `BadValue`."""
    if len(name.encode()) > MAX_LABEL:
        raise BadValue(
            _("a label's name has at most {max_label} bytes").format(max_label=MAX_LABEL)
        )
    return check_name(name)


def account(text: str) -> str:
    """A key in either text form. Raises `BadValue`."""
    if text.startswith("@"):
        name = _short(text)
        raise BadValue(
            _(
                "{name} is what you call an account, which can change, and rules hold keys: write "
                "the one that `sayso profile {name}` tells"
            ).format(name=name)
        )
    try:
        parse_key(text)
    except Refused as error:
        raise BadValue(
            _("{short} is not an account: {error}").format(short=_short(text), error=error)
        ) from error
    return text.removeprefix(DID)


def name_of_anybody(text: str) -> str:
    """``name`` or ``name@key``. Raises `BadValue`."""
    name, sign, key = text.partition("@")
    return check_name(name) + (sign and sign + account(key))


def _label(text: str) -> str:
    name, sign, key = name_of_anybody(text).partition("@")
    return keep(name) + sign + key


def _word(text: str) -> str:
    if len(text) > MAX_RULE_WORD:
        raise BadValue(
            _("a word or phrase has at most {max_rule_word} characters").format(
                max_rule_word=MAX_RULE_WORD
            )
        )
    word = fold_word(text)
    if not word:
        raise BadValue(_("a word without a character that can be seen"))
    return word


def _pattern(text: str) -> str:
    try:
        check_pattern(text)
    except BadPattern as error:
        raise BadValue(str(error)) from error
    return text


def _lang(text: str) -> str:
    if len(text) > MAX_LANG or not re.fullmatch("([A-Za-z0-9]+(-[A-Za-z0-9]+)*)?", text):
        raise BadValue(
            _("{short} is no language tag: write en, pt-BR, or empty for none").format(
                short=_short(text)
            )
        )
    return text.lower()


def _tag(text: str) -> str:
    tag = text.removeprefix("#").removeprefix("＃")
    folded = fold(tag)
    if not folded or len(tag.encode()) > MAX_TAG:
        raise BadValue(
            _("a tag has 1 to {max_tag} bytes, and something that can be seen").format(
                max_tag=MAX_TAG
            )
        )
    return folded


def _kind(text: str) -> str:
    if not text.isidentifier() or not text.isascii() or len(text) > MAX_KIND:
        raise BadValue(
            _("{short} is no kind of entry: post, repost, follow …").format(short=_short(text))
        )
    return text


def _host(text: str) -> str:
    host = fold_host(text.removeprefix("*").removeprefix("."))
    if not re.fullmatch(r"[^\s/:@]+", host):
        raise BadValue(_("{short} is no host: write example.org").format(short=_short(text)))
    return host


CHOICES: Final[Mapping[str, Callable[[str], str]]] = {
    "account": account,
    "list": name_of_anybody,
    "label": _label,
    "words": _word,
    "pattern": _pattern,
    "lang": _lang,
    "tag": _tag,
    "kind": _kind,
    "host": _host,
    "media_kind": _kind,
}
"""For each `Choice` how one of its values is read. Each raises `BadValue`."""


def number(value: Value, *, least: int = 1) -> int:
    """A whole number. Raises `BadValue`."""
    if type(value) is not int or not least <= value < 2**63:
        raise BadValue(_("this must be a whole number of {least} or more").format(least=least))
    return value


def duration(value: Value) -> int:
    """A duration in seconds. Raises `BadValue`."""
    seconds = seconds_of(value) if isinstance(value, str) else None
    if not seconds:
        raise BadValue(_('this must be a duration as text: "90s", "30m", "2h", "7d", "4w"'))
    return seconds


def moment(value: Value) -> int:
    """A moment in Unix milliseconds: the end of a date in UTC, or a date and time with its
    offset. Raises `BadValue`."""
    is_day, is_time = hasattr(value, "toordinal"), hasattr(value, "utcoffset")
    if not is_day or (is_time and value.utcoffset() is None):
        raise BadValue(_("this must be a date, or a time as 2026-12-31T18:00:00Z"))
    days = value.toordinal() - _EPOCH
    if not is_time:
        end: int = (days + 1) * _DAY * 1000
        return end
    offset = value.utcoffset()
    seconds: int = value.hour * 3600 + value.minute * 60 + value.second
    seconds += days * _DAY - offset.days * _DAY - offset.seconds
    milliseconds: int = value.microsecond // 1000
    return seconds * 1000 + milliseconds


_DAY: Final = 86_400
_EPOCH: Final = 719_163
"""Ordinal of 1970-01-01 in the proleptic Gregorian calendar."""


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "…")


def can_be_asked_for(name: str) -> bool:
    """Whether a label has a name that a rule can have; others count for nothing."""
    try:
        check_label(name)
    except BadValue:
        return False
    return True
