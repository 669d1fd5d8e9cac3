"""What other rules or labels would do to posts, in words."""

from __future__ import annotations

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _, ngettext


def would_be(how: str, count: int, followed: int) -> str:
    """How many posts would be hidden, folded or shown, and how many of them are by followed
    accounts."""
    texts = {
        "hidden": ngettext(
            "{count} would be hidden, {followed} of them from people you follow",
            "{count} would be hidden, {followed} of them from people you follow",
            count,
        ),
        "folded": ngettext(
            "{count} would be folded, {followed} of them from people you follow",
            "{count} would be folded, {followed} of them from people you follow",
            count,
        ),
        "shown": ngettext(
            "{count} would be shown, {followed} of them from people you follow",
            "{count} would be shown, {followed} of them from people you follow",
            count,
        ),
    }
    return texts[how].format(count=count, followed=followed)


def newly(how: str, count: int, followed: int) -> str:
    """The same, of those for which that would be new."""
    texts = {
        "hidden": ngettext(
            "{count} newly hidden, {followed} of them from people you follow",
            "{count} newly hidden, {followed} of them from people you follow",
            count,
        ),
        "folded": ngettext(
            "{count} newly folded, {followed} of them from people you follow",
            "{count} newly folded, {followed} of them from people you follow",
            count,
        ),
        "shown": ngettext(
            "{count} newly shown, {followed} of them from people you follow",
            "{count} newly shown, {followed} of them from people you follow",
            count,
        ),
    }
    return texts[how].format(count=count, followed=followed)


def now_is(how: str, count: int) -> str:
    """How many posts are shown, folded or hidden by now."""
    texts = {
        "hidden": _("{n_post} now hidden"),
        "folded": _("{n_post} now folded"),
        "shown": _("{n_post} now shown"),
    }
    return texts[how].format(n_post=quantity(count, "post"))
