"""The subcommands, each a module of its own with `add_arguments` and `run`, or with
`COMMANDS` where it has commands below it.

A module's docstring is what ``sayso COMMAND --help`` says; the summaries stand here, so
that ``sayso --help`` need not load all of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from sayso_protocol.translation import mark

COMMANDS = {
    "init": mark("make an account, and print its recovery phrase once"),
    "run": mark("run the node, in the foreground"),
    "web": mark("open the page of the running node in a browser"),
    "apps": mark("list the apps that may read and write for you, and end that"),
    "service": mark("let the node start with the machine"),
    "post": mark("write a post"),
    "read": mark("show the timeline, newest first or as a view ranks it"),
    "tui": mark("read and write on the whole screen"),
    "show": mark("show one entry"),
    "thread": mark("show a whole conversation, an answer under what it answers"),
    "search": mark("find posts by their words"),
    "notifications": mark("show what others did to you"),
    "accept": mark("take a stranger in, or an invitation to a group"),
    "message": mark("write a private message"),
    "messages": mark("show private messages, and what became of yours"),
    "forget": mark("erase private messages of this home for good"),
    "group": mark("make closed groups and circles, and say who is in"),
    "decline": mark("take a stranger away, or an invitation to a group"),
    "bookmarks": mark("show the entries that you marked"),
    "tally": mark("count a poll, and say how near the voters are"),
    "edit": mark("write another version of a post or poll of yours"),
    "poll": mark("ask a question with options to choose from"),
    "vote": mark("vote in a poll"),
    "bookmark": mark("mark an entry to find it again; nobody else learns of it"),
    "react": mark("react to an entry"),
    "repost": mark("show an entry to your followers"),
    "retract": mark("take back what you wrote, for good"),
    "label": mark("say something of an entry or an account in one word"),
    "labels": mark("subscribe to labels of others, try and list them"),
    "invite": mark("make a link or code that leads a friend to you"),
    "follow": mark("subscribe to an account"),
    "unfollow": mark("end a subscription"),
    "following": mark("list the accounts that are followed"),
    "lists": mark("put accounts on lists of your own, and read what these write"),
    "profile": mark("show an account's profile, or set the own one"),
    "verify-name": mark("ask the domain in a profile whether it names the account"),
    "mute": mark("hide an account, also where others quote or repost it"),
    "unmute": mark("take a mute back"),
    "block": mark("hide an account, and neither store nor relay it"),
    "unblock": mark("take a block back"),
    "why": mark("say why an entry is shown as it is, and how it came here"),
    "ledger": mark("list what rules hide or keep away, and take a rule back"),
    "filter": mark("list, add, remove, try and count the rules of this node"),
    "view": mark("list, add, preview, publish and adopt rankings of posts"),
    "coordination": mark("show who acts in step, with the evidence"),
    "fetch": mark("fetch the pictures and films of an entry"),
    "blobs": mark("list the pictures and films that are here"),
    "pin": mark("keep a picture or film for good"),
    "find": mark("look for the nodes of an account"),
    "sync": mark("exchange entries with one peer or folder, once"),
    "hub": mark("carry accounts for others, or ask a hub to carry one"),
    "reach": mark("ask the connected peers which of them hold an entry"),
    "connect": mark("let the running node connect to a peer"),
    "peers": mark("list the peers that are connected or remembered"),
    "status": mark("say how node and store are"),
    "import-archive": mark("import posts from another network's export"),
    "export": mark("write feeds into a file, to be carried by hand"),
    "import": mark("take such a file in"),
    "backup": mark("write everything of your own into a file"),
    "restore": mark("make a home from such a file, with a new feed"),
    "device": mark("add, list and revoke the account's devices"),
    "rotate": mark("change the account's key to the recovery phrase's next one"),
    "verify": mark("check every stored entry again"),
    "doctor": mark("see whether the home is well, and how to mend what is not"),
    "demo": mark("see two nodes on this machine at work"),
}

GROUPS = {
    mark("Start"): ("init", "demo", "run", "service", "import-archive"),
    mark("Write"): ("post", "edit", "poll", "vote", "react", "repost", "retract", "label"),
    mark("Read"): (
        "web",
        "apps",
        "read",
        "tui",
        "show",
        "thread",
        "search",
        "notifications",
        "accept",
        "decline",
        "tally",
        "bookmark",
        "bookmarks",
        "fetch",
        "blobs",
        "pin",
    ),
    mark("People"): (
        "invite",
        "follow",
        "unfollow",
        "following",
        "lists",
        "profile",
        "verify-name",
        "mute",
        "unmute",
        "block",
        "unblock",
    ),
    mark("Private"): ("message", "messages", "group", "forget"),
    mark("Choose"): ("filter", "view", "labels", "why", "ledger", "coordination"),
    mark("Network"): (
        "status",
        "find",
        "connect",
        "peers",
        "sync",
        "hub",
        "reach",
        "export",
        "import",
    ),
    mark("Keep safe"): ("backup", "restore", "device", "rotate", "verify", "doctor"),
}
"""The commands as the help groups them, each in one group."""

_ACTS = """
    init post edit poll vote bookmark react repost retract label follow unfollow
    mute unmute block unblock sync connect import-archive export import backup restore rotate
    fetch pin accept decline message forget
    labels.subscribe labels.unsubscribe filter.add filter.remove
    invite invite.revoke view.add view.remove view.publish view.adopt device.add device.send
    device.receive device.history device.revoke hub.init hub.admit hub.evict hub.enlist hub.delist
    hub.ask hub.leave apps.revoke lists.add lists.remove lists.rename
    group.create group.invite group.remove group.leave
    service.install service.remove"""
ACTS = frozenset(_ACTS.split())
"""Commands that change something; what they print only tells of it. All others are there for what
they print."""

ACTS_WITH = {
    "profile": ("name", "bio", "carrier", "domain"),
    "ledger": ("undo",),
    "reach": ("acknowledge",),
}
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
    "group": "groups circle channel room",
}
"""Words that other programs have for what these commands do."""

WITH_COMMANDS = frozenset(
    ("apps", "device", "filter", "group", "hub", "invite", "labels", "lists", "service", "view")
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
