"""First contact with whoever made an invite: by the running node, or else by a short run."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _, mark

from .context import Context
from .errors import Failure
from .render.network.exchange import receiving
from .render.people.name import account_parts, account_text, name_text

if TYPE_CHECKING:
    from sayso_node.entries.item import Item
    from sayso_protocol.discovery.invite import Invite
    from sayso_storage.interface.store import Store

LOOK_SECONDS: Final = 0.1
"""Between two looks at how far the node is."""

SHOWN: Final = 3
"""Posts that are shown, the newest."""

COUNTED: Final = 1000
"""Posts that are counted at most."""

_REPLIES: Final = {
    "followed": mark("{who} follows you back."),
    "welcome": mark("{who} has been told that you came."),
    "unknown": mark(
        "The node of {who} knows nothing of this invite: you are not followed back by it."
    ),
    "expired": mark(
        "The invite has expired, so {who} is not told of you: ask for a new one to be."
    ),
    "revoked": mark(
        "The invite was ended by {who}, who is not told of you: ask for a new one to be."
    ),
    "used": mark(
        "Somebody else took the invite, so {who} is not told of you: ask for a new one to be."
    ),
    "later": mark("{who} is told of you later: too many came at once."),
    None: mark("{who} is told of you once both nodes have met."),
}

_BROKEN: Final = mark(
    "its feeds promise another next key than the invite, and are not taken: either the line was "
    "changed on its way, or somebody stole the account's key. Ask its owner, on another way"
)


def introduction(context: Context, store: Store, invite: Invite) -> bytes | None:
    """The words by which the inviter's node is told who came; none where that is not wanted, and
    where the keys are locked and nobody can be asked."""
    from sayso_node.accounts.accepted_invites import introduction_to
    from sayso_node.errors import KeystoreError

    if invite.token is None or context.args.untold:
        return None
    try:
        return introduction_to(context.home, store, context.passphrase(), invite)
    except KeystoreError as error:
        context.out.note(_("The inviter is not told of you:"), str(error))
        return None


def meet(context: Context, account: bytes) -> tuple[Mapping[str, Any], bool]:
    """Let the nodes meet, with progress; gives how that went (`ContactProgress`), and whether a
    node runs here."""
    from sayso_node.control.client import is_running

    if is_running(context.home):
        return _by_node(context, account), True
    from sayso_node.daemon.one_off.meet import meet_alone

    timeout = context.args.timeout
    with receiving(context.out) as progress:
        found = meet_alone(context.home, account, timeout=timeout, progress=progress)
    return found, False


def _by_node(context: Context, account: bytes) -> Mapping[str, Any]:
    from sayso_node.control.client import request
    from sayso_protocol.crypto.keys import key_text

    fields = {"account": key_text(account), "timeout": context.args.timeout}
    with receiving(context.out) as progress:
        found = request(context.home, "meet", begin=True, **fields)
        while found["state"] not in ("done", "failed"):
            progress(found)
            time.sleep(LOOK_SECONDS)
            found = request(context.home, "meet", **fields)
        progress(found)
    return found


def posts_of(context: Context, store: Store, account: bytes) -> list[Item]:
    """The newest posts of an account that are here, as its reader would see them."""
    from sayso_node.timeline.reader import TimelineReader, TimelineRequest
    from sayso_protocol.crypto.keys import key_text

    reader = TimelineReader(store, context.home)
    return list(reader.timeline(TimelineRequest(COUNTED, key_text(account))))


def show_contact(
    context: Context,
    store: Store,
    invite: Invite,
    found: Mapping[str, Any],
    before: int,
    *,
    running: bool,
) -> dict[str, Any]:
    """Say how it went, and show the first posts; `before` of them were here already. Gives the same
    for programs."""
    from sayso_node.accounts.accepted_invites import doubts_about

    account, names = invite.account, context.names(store)
    posts = posts_of(context, store, account)
    came, is_connected = max(len(posts) - before, 0), found["addr"] is not None
    who = account_text(names, account)
    name = names.of(account)
    shown = name_text(name) if name.petname else "  ".join(account_parts(names, account))
    if is_connected:
        on_their_way = _("; more are on their way") if running else _("; not all yet")
        more = "" if found["in_sync"] else on_their_way
        over = _(" over a relay") if found["path"] == "relayed" else ""
        count = quantity(came, "post")
        if came >= COUNTED:
            count = _("{n_post} and more").format(n_post=quantity(COUNTED, "post"))
        context.out.line(
            _("Following {shown}. Connected{over}; {count} came{more}.").format(
                shown=shown, over=over, count=count, more=more
            )
        )
    else:
        context.out.line(_("Following {shown}. Not connected yet.").format(shown=shown))
        _show_failure(context, found, who, running=running)
    _show_posts(context, store, posts)
    doubts = doubts_about(store, invite) if found["in_sync"] else []
    if found["promise_broken"]:
        doubts = [_(_BROKEN)]
    for doubt in doubts:
        context.out.line(_("But"), doubt)
    if invite.token is not None and not context.args.untold:
        context.out.line(_(_REPLIES[found["reply"]]).format(who=who))
    if not running:
        context.out.note(_("To go on receiving, and to be reached: `sayso run`"))
    return {
        "connected": is_connected,
        "path": found["path"],
        "posts": came,
        "tried": found["tried"],
        "reply": found["reply"],
        "seconds": found["seconds"],
        "in_sync": found["in_sync"],
        "doubts": doubts,
    }


def _show_failure(context: Context, found: Mapping[str, Any], who: str, *, running: bool) -> None:
    out = context.out
    for attempt in found["tried"]:
        out.indented(attempt["detail"])
    if not found["tried"]:
        out.indented(_("The invite names no address that answered in time."))
    goes_on = _("Your node goes on trying") if running else _("`sayso run` goes on trying")
    out.line(
        _(
            "{goes_on}; posts come once one of you reaches the other. If {who} has moved, ask for "
            "a "
            "new line."
        ).format(goes_on=goes_on, who=who)
    )


def _show_posts(context: Context, store: Store, posts: list[Item]) -> None:
    from .render.entry.item import show_entry

    if context.out.json:
        return
    names = context.names(store)
    for item in posts[:SHOWN]:
        show_entry(context.out, item, names, whole=False, unfold=False)


def starter_accounts(context: Context, store: Store, invite: Invite) -> list[bytes]:
    """The accounts on the list that an invite offers and that the owner, who is asked, wants to
    follow; nobody where nobody can be asked."""
    from sayso_node.accounts.lineage import own_account
    from sayso_node.labels.queries import accounts_on
    from sayso_protocol.crypto.keys import key_text

    from .terminal.prompt import confirm, is_terminal

    if invite.list_name is None:
        return []
    out, list_name, names = context.out, invite.list_name, context.names(store)
    known = {own_account(store), *(one.account for one in store.subscriptions() if one.followed)}
    listed = accounts_on(store, invite.account, list_name)
    found = [account for account in listed if account not in known]
    later = f"`sayso follow --list '{list_name}@{key_text(invite.account)}'`"
    if not found:
        if not listed:
            out.note(
                _("The invite offers a list, which has not come yet. Later: {later}").format(
                    later=later
                )
            )
        return []
    count = quantity(len(found), "account")
    out.note(
        _("The invite offers {count} to begin with, the list {list_name}:").format(
            count=count, list_name=list_name
        )
    )
    for account in found:
        out.note(" ", *account_parts(names, account))
    if not context.args.yes and not is_terminal():
        out.note(_("To follow them: {later}").format(later=later))
        return []
    try:
        confirm(_("Follow {count}?").format(count=count), yes=context.args.yes)
    except Failure:
        out.note(_("They are not followed. To do so later: {later}").format(later=later))
        return []
    return found
