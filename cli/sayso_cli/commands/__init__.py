"""The subcommands, each a module of its own with `add_arguments` and `run`, or with
`COMMANDS` where it has commands below it.

A module's docstring is what ``sayso COMMAND --help`` says; the summaries stand here, so
that ``sayso --help`` need not load all of them.
"""

from __future__ import annotations

from collections.abc import Sequence

COMMANDS = {
    "init": "make an account, and print its recovery phrase once",
    "run": "run the node, in the foreground",
    "web": "open the page of the running node in a browser",
    "apps": "list the apps that may read and write for you, and end that",
    "service": "let the node start with the machine",
    "post": "write a post",
    "read": "show the timeline, newest first or as a view ranks it",
    "tui": "read and write on the whole screen",
    "show": "show one entry",
    "thread": "show a whole conversation, an answer under what it answers",
    "search": "find posts by their words",
    "notifications": "show what others did to you",
    "bookmarks": "show the entries that you marked",
    "tally": "count a poll, and say how near the voters are",
    "edit": "write another version of a post or poll of yours",
    "poll": "ask a question with options to choose from",
    "vote": "vote in a poll",
    "bookmark": "mark an entry to find it again; nobody else learns of it",
    "react": "react to an entry",
    "repost": "show an entry to your followers",
    "retract": "take back what you wrote, for good",
    "label": "say something of an entry or an account in one word",
    "labels": "subscribe to labels of others, try and list them",
    "invite": "make a link or code that leads a friend to you",
    "follow": "subscribe to an account",
    "unfollow": "end a subscription",
    "following": "list the accounts that are followed",
    "profile": "show an account's profile, or set the own one",
    "mute": "hide an account, also where others quote or repost it",
    "unmute": "take a mute back",
    "block": "hide an account, and neither store nor relay it",
    "unblock": "take a block back",
    "why": "say why an entry is shown as it is, and how it came here",
    "ledger": "list what rules hide or keep away, and take a rule back",
    "filter": "list, add, remove, try and count the rules of this node",
    "view": "list, add, preview, publish and adopt rankings of posts",
    "coordination": "show who acts in step, with the evidence",
    "fetch": "fetch the pictures and films of an entry",
    "blobs": "list the pictures and films that are here",
    "pin": "keep a picture or film for good",
    "find": "look for the nodes of an account",
    "sync": "exchange entries with one peer or folder, once",
    "hub": "carry accounts for others, or ask a hub to carry one",
    "reach": "ask the connected peers which of them hold an entry",
    "connect": "let the running node connect to a peer",
    "peers": "list the peers that are connected or remembered",
    "status": "say how node and store are",
    "import-archive": "import posts from another network's export",
    "export": "write feeds into a file, to be carried by hand",
    "import": "take such a file in",
    "backup": "write everything of your own into a file",
    "restore": "make a home from such a file, with a new feed",
    "device": "add, list and revoke the account's devices",
    "rotate": "change the account's key to the recovery phrase's next one",
    "verify": "check every stored entry again",
    "doctor": "see whether the home is well, and how to mend what is not",
    "demo": "see two nodes on this machine at work",
}

GROUPS = {
    "Start": ("init", "demo", "run", "service", "import-archive"),
    "Write": ("post", "edit", "poll", "vote", "react", "repost", "retract", "label"),
    "Read": (
        "web",
        "apps",
        "read",
        "tui",
        "show",
        "thread",
        "search",
        "notifications",
        "tally",
        "bookmark",
        "bookmarks",
        "fetch",
        "blobs",
        "pin",
    ),
    "People": (
        "invite",
        "follow",
        "unfollow",
        "following",
        "profile",
        "mute",
        "unmute",
        "block",
        "unblock",
    ),
    "Choose": ("filter", "view", "labels", "why", "ledger", "coordination"),
    "Network": ("status", "find", "connect", "peers", "sync", "hub", "reach", "export", "import"),
    "Keep safe": ("backup", "restore", "device", "rotate", "verify", "doctor"),
}
"""The commands as the help groups them, each in one group."""

_ACTS = """
    init post edit poll vote bookmark react repost retract label follow unfollow
    mute unmute block unblock sync connect import-archive export import backup restore rotate
    fetch pin
    labels.subscribe labels.unsubscribe filter.add filter.remove
    invite invite.revoke view.add view.remove view.publish view.adopt device.add device.send
    device.receive device.revoke hub.admit hub.evict hub.ask hub.leave apps.revoke
    service.install service.remove"""
ACTS = frozenset(_ACTS.split())
"""Commands that change something; what they print only tells of it. All others are there for what
they print."""

ACTS_WITH = {"profile": ("name", "bio", "carrier"), "ledger": ("undo",), "reach": ("acknowledge",)}
"""The options with which others do."""

ELSEWHERE = {
    "post": "tweet toot publish write say reply compose send",
    "repost": "retweet boost reblog share",
    "react": "like favourite favorite",
    "read": "timeline feed home inbox list ls",
    "tui": "ui screen curses",
    "search": "grep",
    "thread": "conversation replies context",
    "notifications": "mentions",
    "retract": "delete remove rm withdraw unsend",
    "follow": "subscribe",
    "unfollow": "unsubscribe",
    "profile": "whoami me key account name",
    "invite": "link qr",
    "block": "ban",
    "init": "register signup login join create setup",
    "run": "start serve daemon up",
    "verify": "check fsck",
    "doctor": "diagnose health mend repair",
    "device": "devices",
    "service": "autostart systemd launchd background",
    "view": "sort rank algorithm",
    "filter": "rule",
}
"""Words that other programs have for what these commands do."""

WITH_COMMANDS = frozenset(
    ("apps", "device", "filter", "hub", "invite", "labels", "service", "view")
)
"""The commands that have others below them."""

_OTHER_NAMES = {"import": "import_bundle", "export": "export_bundle", "try": "try_"}
"""Modules that cannot have their command's name, `import` and `try` being words of Python's."""


def acts(names: Sequence[str], args: object) -> bool:
    """Whether a command, given as its words and what was read of its options, changes something."""
    name = ".".join(names)
    options = ACTS_WITH.get(name, ())
    return name in ACTS or any(getattr(args, option, None) is not None for option in options)


def module_name(*names: str) -> str:
    """The module in this package that has a command; more than one name for one in a group."""
    words = [name.replace("-", "_") for name in names]
    return ".".join(_OTHER_NAMES.get(word, word) for word in words)
