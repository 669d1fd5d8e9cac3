"""Others' labels: subscribe to them and say what each does, look at them, try them first.

A label is a signed word about an entry or an account, by anybody. It does nothing here unless
you subscribe to its author. Subscriptions are in filters.toml, which you can edit.
"""

from __future__ import annotations

COMMANDS = {
    "subscribe": "subscribe to an account's labels, and say what each does",
    "unsubscribe": "end a subscription",
    "preview": "show what an account's labels would hide, before they do",
    "list": "list the subscriptions, or all labels of one account",
    "compare": "show what two accounts say alike, and what only one does",
    "replay": "list the labels of an account as they were at some time",
}
