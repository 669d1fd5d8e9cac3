"""Others' labels: subscribe to them and say what each does, look at them, try them first.

A label is a signed word about an entry or an account, by anybody. It does nothing here unless
you subscribe to its author. Subscriptions are in filters.toml, which you can edit.
"""

from __future__ import annotations

from sayso_protocol.translation import mark

COMMANDS = {
    "subscribe": mark("subscribe to an account's labels, and say what each does"),
    "unsubscribe": mark("end a subscription"),
    "preview": mark("show what an account's labels would hide, before they do"),
    "list": mark("list the subscriptions, or all labels of one account"),
    "compare": mark("show what two accounts say alike, and what only one does"),
    "replay": mark("list the labels of an account as they were at some time"),
}
