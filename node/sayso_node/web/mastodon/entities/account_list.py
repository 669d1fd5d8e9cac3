"""Lists of accounts as apps see them."""

from __future__ import annotations

from ..owner_lists import AccountList


def list_entity(found: AccountList) -> dict[str, object]:
    """A list."""
    return {
        "id": found.id,
        "title": found.title,
        "replies_policy": found.replies_policy,
        "exclusive": found.exclusive,
    }
