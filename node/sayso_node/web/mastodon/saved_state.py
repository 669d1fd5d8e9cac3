"""Saved state: what apps keep on this node for their owner. Nobody else learns of it.

What they ask of lists (the accounts are in `filters.toml`), notes about accounts, how far timelines
were read, and notifications that were put away. It lies in one file of the home.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

from sayso_protocol.translation import _

from ...errors import HomeError, NodeError
from ...home.directory import Home
from ...home.owner_file import owner_files_lock
from ...home.secret_file import read_secret, write_secret

MAX_FILE: Final = 4 << 20
"""Bytes of all of it, which may be less than every bound below would allow together."""
MAX_LISTS: Final = 100
MAX_NOTES: Final = 2000
MAX_NOTE: Final = 2000
MAX_DISMISSED: Final = 1000


@dataclass(frozen=True, slots=True)
class ListOptions:
    """What apps keep of a list of the owner's beside its accounts."""

    id: str
    replies_policy: str = "list"
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Marker:
    """How far a timeline was read."""

    last_read_id: str
    version: int
    updated_ms: int


@dataclass(frozen=True, slots=True)
class OldList:
    """A list with its accounts, as key texts."""

    title: str
    accounts: tuple[str, ...]
    options: ListOptions


@dataclass(frozen=True, slots=True)
class _Content:
    next_list: int = 1
    lists: Mapping[str, ListOptions] = field(default_factory=dict)
    """By the names of lists."""
    notes: Mapping[str, str] = field(default_factory=dict)
    markers: Mapping[str, Marker] = field(default_factory=dict)
    cleared: int = 0
    """The id up to which notifications were put away."""
    dismissed: tuple[int, ...] = ()
    old_lists: tuple[OldList, ...] = ()
    quiet: tuple[str, ...] = ()
    """Ids of first entries of conversations whose notifications are not wanted."""


class SavedState:
    """The state of a home. All methods block, and raise `HomeError`."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def list_options(self) -> Mapping[str, ListOptions]:
        """What apps keep of lists, by their names, whether there are such lists or not."""
        return self._read().lists

    def set_list_options(self, name: str, options: ListOptions | None, *, instead_of: str) -> None:
        """Keep that of a list, which had another name before; with None nothing any more."""

        def change(old: _Content) -> _Content:
            kept = {key: one for key, one in old.lists.items() if key not in (name, instead_of)}
            if options is not None:
                kept[name] = options
            return replace(old, lists=dict([*kept.items()][-MAX_LISTS:]))

        self._change(change)

    def add_list_options(self, name: str, replies_policy: str, *, exclusive: bool) -> ListOptions:
        """Keep that of a new list, under the next id."""
        content = self._change(
            lambda old: replace(
                old,
                next_list=old.next_list + 1,
                lists={
                    **old.lists,
                    name: ListOptions(str(old.next_list), replies_policy, exclusive=exclusive),
                },
            )
        )
        return content.lists[name]

    def old_lists(self) -> Sequence[OldList]:
        """Lists that lie here with their accounts, as they all did once."""
        return self._read().old_lists

    def drop_old_lists(self, kept: Mapping[str, ListOptions]) -> None:
        """These lists are kept elsewhere now, under these names."""
        self._change(lambda old: replace(old, old_lists=(), lists={**old.lists, **kept}))

    def notes(self) -> Mapping[str, str]:
        """The notes about accounts, by key text."""
        return self._read().notes

    def set_note(self, account: str, note: str) -> None:
        """Keep a note about an account; an empty one takes it away. Raises `NodeError`."""
        if len(note) > MAX_NOTE:
            raise NodeError(_("a note has at most {most} characters").format(most=MAX_NOTE))

        def change(old: _Content) -> _Content:
            notes = {key: one for key, one in old.notes.items() if key != account}
            if note:
                notes[account] = note
            if len(notes) > MAX_NOTES:
                raise NodeError(
                    _("there are {most} notes already: take one away").format(most=MAX_NOTES)
                )
            return replace(old, notes=notes)

        self._change(change)

    def markers(self) -> Mapping[str, Marker]:
        """How far timelines were read, by their names."""
        return self._read().markers

    def set_markers(self, ids: Mapping[str, str], now_ms: int) -> Mapping[str, Marker]:
        """Note how far was read; gives those that were noted."""

        def change(old: _Content) -> _Content:
            new = dict(old.markers)
            for name, last in ids.items():
                before = new.get(name)
                new[name] = Marker(last, (before.version if before else 0) + 1, now_ms)
            return replace(old, markers=new)

        new = self._change(change)
        return {name: new.markers[name] for name in ids}

    def wants(self) -> Callable[[int], bool]:
        """Whether the notification of an id was not put away."""
        read = self._read()
        dismissed = frozenset(read.dismissed)
        return lambda number: number > read.cleared and number not in dismissed

    def clear(self, number: int) -> None:
        """Put notifications up to an id away."""
        self._change(lambda old: replace(old, cleared=max(number, old.cleared), dismissed=()))

    def dismiss(self, number: int) -> None:
        """Put one notification away."""

        def change(old: _Content) -> _Content:
            kept = tuple(one for one in old.dismissed if one != number)[-MAX_DISMISSED + 1 :]
            return replace(old, dismissed=(*kept, number))

        self._change(change)

    def quiet(self) -> frozenset[str]:
        """First entries of conversations that are muted, by their ids in hexadecimal digits."""
        return frozenset(self._read().quiet)

    def set_quiet(self, root: str, *, on: bool) -> None:
        """Mute a conversation, or end that."""

        def change(old: _Content) -> _Content:
            kept = tuple(one for one in old.quiet if one != root)[-MAX_DISMISSED + 1 :]
            return replace(old, quiet=(*kept, root) if on else kept)

        self._change(change)

    def _change(self, change: Callable[[_Content], _Content]) -> _Content:
        with _lock(self._home):
            old = self._read()
            new = change(old)
            if new != old:
                fields = asdict(new)
                if old_lists := fields.pop("old_lists"):
                    fields["lists"] = [_as_it_was(one) for one in old_lists]
                content = json.dumps(fields, indent=1).encode()
                if len(content) > MAX_FILE:  # it could not be read again
                    raise NodeError(_("apps keep too much here already: take some notes away"))
                write_secret(self._home.app_state, content, replace=True)
        return new

    def _read(self) -> _Content:
        if not os.path.lexists(self._home.app_state):
            return _Content()
        try:
            read: dict[str, Any] = json.loads(read_secret(self._home.app_state, MAX_FILE))
            lists = read["lists"]
            old = lists if isinstance(lists, list) else ()
            return _Content(
                int(read["next_list"]),
                {} if isinstance(lists, list) else _options(lists),
                dict(read["notes"]),
                {name: Marker(**one) for name, one in read["markers"].items()},
                int(read["cleared"]),
                tuple(map(int, read["dismissed"])),
                tuple(map(_old_list, old)),
                tuple(map(str, read["quiet"])),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise HomeError(
                _("{path} is damaged: remove it; notes and markers of apps are lost").format(
                    path=self._home.app_state
                )
            ) from error


@contextmanager
def _lock(home: Home) -> Iterator[None]:
    try:
        with owner_files_lock(home):
            yield
    except OSError as error:
        raise HomeError(
            _("cannot use {path}: {reason}").format(path=home.path, reason=error.strerror)
        ) from error


def _options(lists: dict[str, Any]) -> dict[str, ListOptions]:
    return {
        name: ListOptions(
            str(one["id"]), str(one["replies_policy"]), exclusive=bool(one["exclusive"])
        )
        for name, one in lists.items()
    }


def _old_list(read: dict[str, Any]) -> OldList:
    [options] = _options({"": read}).values()
    return OldList(str(read["title"]), tuple(map(str, read["accounts"])), options)


def _as_it_was(old: dict[str, Any]) -> dict[str, Any]:
    return {"title": old["title"], "accounts": old["accounts"], **old["options"]}
