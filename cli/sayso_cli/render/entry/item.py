"""The look of an entry to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso_node.entries.item import UNASKED, Import, InGroup, Item
from sayso_protocol.content.body import (
    Attachment,
    Body,
    Edit,
    Follow,
    Label,
    Open,
    Prekey,
    Profile,
    React,
    Repost,
    Retract,
    Unfollow,
    Unknown,
    Unrepost,
    ViewOffer,
    Vote,
)
from sayso_protocol.feed.entry import id_text
from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _, mark

from ...terminal.output import Output
from ...terminal.safe_text import safe_phrase
from ..people.group import group_facts
from ..people.name import account_parts, account_text, author_words, name_heading, with_names
from ..short import SHORT_ID
from .context import show_answered, show_quoted
from .poll import show_poll

if TYPE_CHECKING:
    from sayso_node.accounts.names import Names

MAX_REACTIONS = 8
"""Reactions that are shown with a post; `show` has all."""

MAX_LABELLED = 5
"""Accounts that are shown with a label or as mentioned; with --json all are."""

DAMAGED = mark("(the stored text is damaged and not shown: the node fetches it again from peers)")

TAKEN_BACK = mark("(taken back by its author)")


def show_entry(
    out: Output,
    item: Item,
    names: Names,
    *,
    whole: bool,
    unfold: bool = True,
    in_tree: bool = False,
    mark: str = "",
) -> None:
    """Print an entry and an empty line; `whole` shows what is behind a content warning. Without
    `unfold` an entry that the own rules fold is one line that says so. A line says what it answers,
    unless its place `in_tree` does. A `mark` stands before its author."""
    if out.json:
        out.record(item.as_json())
        return
    if item.rules.folded and not unfold:
        show_folded(out, item, names)
        return
    if item.imported is not None:
        _show_import(out, item, item.imported, names)
        return
    _show_head(out, item, mark)
    _show_rules_and_hint(out, item, names)
    show_answered(out, item, names)
    if item.entry is None:
        _show_unheld(out, item)
    elif item.original is not None:
        _show_repost(out, item.original, names, whole=whole)
    else:
        _show_body(out, item, names, whole=whole)
        show_quoted(out, item, names, whole=whole)
    facts = _facts(item, names, in_tree=in_tree)
    if facts:
        out.indented(*map(out.style.dim, facts))
    out.line("")


def _show_import(out: Output, item: Item, imported: Import, names: Names) -> None:
    """Print the line that stands for a whole import; its posts stand where they were written."""
    from sayso_node.clock import now_ms
    from sayso_node.entries.imported import import_text
    from sayso_node.text.relative_time import for_people

    who = account_text(names, item.reference.account)
    assert item.entry is not None
    out.line(f"{who} {import_text(imported)}", for_people(item.entry.time_ms, now_ms()))
    out.line("")


def show_folded(out: Output, item: Item, names: Names) -> None:
    """Print the line that stands for an entry that the own rules fold."""
    rules = item.rules
    folded = with_names(_("(folded by {rule})").format(rule=rules.folded), names)
    out.line(*map(out.style.dim, (folded, rules.because or "", item.id[:SHORT_ID])))


def show_reactions(out: Output, item: Item, names: Names) -> None:
    """Print who reacted, a line each; after `show_entry`."""
    for one in item.reacted or ():
        out.indented(quoted(one.emoji or ""), *account_parts(names, one.account))


def quoted(emoji: str) -> str:
    """A reaction, in quotes where it is words: they could pass for ours."""
    return f"“{emoji}”" if any(map(str.isalnum, emoji)) else emoji


def when(item: Item) -> str:
    """The time since the entry was written; of what was imported the original time."""
    from sayso_node.clock import now_ms
    from sayso_node.text.relative_time import for_people

    assert item.entry is not None
    if item.written is None:
        return for_people(item.entry.time_ms, now_ms())
    return _("{for_people}, imported").format(for_people=for_people(item.written, now_ms()))


def _show_head(out: Output, item: Item, mark: str) -> None:
    moment = _("not held here") if item.entry is None else when(item)
    more = (moment, item.id[:SHORT_ID], *_score(item))
    name_heading(out, item.name, item.author, *more, before=mark)


def _score(item: Item) -> list[str]:
    """The end of the head line of an entry that a view ranked."""
    if item.score is UNASKED:
        return []
    return [_("no score") if item.score is None else _("score {score}").format(score=item.score)]


def _show_rules_and_hint(out: Output, item: Item, names: Names) -> None:
    rules = item.rules
    for how, rule in (
        (_("(hidden by {rule})"), rules.hidden),
        (_("(folded by {rule})"), rules.folded),
    ):
        if rule:
            out.indented(with_names(how.format(rule=rule), names), rules.because or "")
    hint = item.in_step
    if hint is not UNASKED and hint is not None:
        from ..rules.finding import in_step

        acted = in_step(hint.accounts, hint.within_ms, burst=hint.burst)
        out.indented(_("({acted}: see `sayso coordination`)").format(acted=acted))


def _show_body(out: Output, item: Item, names: Names, *, whole: bool) -> None:
    warn = None if item.post is None else item.post.warn
    if warn:
        out.indented(_("content warning:"), warn)
    if item.text is None:
        out.indented(*_other_kind(item, item.body, names))
    elif warn and not whole:
        out.indented(_how_to_read(out, item))
    else:
        out.paragraph(_shown(item.text))
        if item.poll is not None:
            show_poll(out, item.poll, item.id[:SHORT_ID])
    for one in item.attachments:
        _show_attachment(out, item, one, whole=whole)
    if item.in_group is not None and not (warn and not whole):
        _show_files(out, item.in_group)


def _how_to_read(out: Output, item: Item) -> str:
    """What shows the words behind a content warning."""
    if item.in_group is not None:
        group = item.in_group.group.hex()[:SHORT_ID]
        return _("to read it: sayso read --group {id} --unfiltered").format(id=group)
    return out.advice("read", _("to read it: sayso show {id}").format(id=item.id[:SHORT_ID]))


def _shown(text: str) -> str:
    """A text with the hosts of its links as they are to be shown."""
    if "://" not in text:
        return text
    from sayso_node.entries.urls import with_shown_hosts  # it compiles patterns

    return with_shown_hosts(text)


def _show_attachment(out: Output, item: Item, one: Attachment, *, whole: bool) -> None:
    """Print a line for a picture or film: what its author calls it, and how to have it; and draw
    it, unless a content warning covers it. Its CID is shown with the `whole` entry: `fetch` takes
    the entry's id, too."""
    from sayso_protocol.blob.cid import cid_text

    from ..amount import size_text

    here = _("here") if one.cid in item.held_blobs else _("not here")
    alt = f"“{one.alt}”" if one.alt else ""
    cid = out.style.dim(cid_text(one.cid)) if whole else ""
    out.indented(f"[{size_text(one.size)}, {here}]", one.type, alt, cid)
    warn = None if item.post is None else item.post.warn
    if one.cid in item.held_blobs and (whole or not warn):
        out.picture(one.cid, one.type)


def _show_files(out: Output, place: InGroup) -> None:
    """Print a line for each file of a post in a closed group."""
    if not place.files:
        return
    from sayso_node.media.sealed_store import is_held

    from ..people.message import show_file

    for number, file in enumerate(place.files, 1):
        show_file(out, number, file, is_held=is_held(file, place.held))


def _show_unheld(out: Output, item: Item) -> None:
    if item.taken_back:
        out.indented(_(TAKEN_BACK))
    elif item.name.petname or item.name.is_own:
        out.indented(_("it has not come here yet"))
    else:
        how = out.advice("follow", _("it comes once its account is followed: sayso follow"))
        out.indented(how, item.author)


def _show_repost(out: Output, original: Item, names: Names, *, whole: bool) -> None:
    """Print the entry that a repost shows, below whose repost it is. Whose words it shows stands
    where no words of others begin: a post could otherwise be written like it."""
    who = author_words(original.name, original.author)
    out.line(safe_phrase(_("reposts"), who), out.style.dim(original.id[:SHORT_ID]))
    if original.entry is None:
        out.indented(_("not held here"))
        _show_unheld(out, original)
    else:
        _show_body(out, original, names, whole=whole)


def _other_kind(item: Item, body: Body | None, names: Names) -> list[str]:
    """The words for an entry that is no post."""
    match body:
        case None if item.is_damaged:
            return [_(DAMAGED)]
        case None if item.taken_back:
            return [_(TAKEN_BACK)]
        case None:
            size = 0 if item.entry is None else item.entry.body_size
            of, short = quantity(size, "byte"), item.id[:SHORT_ID]
            return [
                _(
                    "(its body of {of} is not held here: `sayso why {short}` says by which rule)"
                ).format(of=of, short=short)
            ]
        case Follow(account=account):
            return [_("(follows an account)"), *account_parts(names, account)]
        case Unfollow(account=account):
            return [_("(unfollows an account)"), *account_parts(names, account)]
        case Profile(name=name, bio=bio):
            return [_("(profile)"), name or "", bio or ""]
        case React(on=on, emoji=emoji):
            on_id = id_text(on.id)[:SHORT_ID]
            return [
                _("(reacts to {on_id})").format(on_id=on_id),
                quoted(emoji or "") or _("takes it back"),
            ]
        case Repost():
            return [_("(reposts an entry)")]
        case Retract(of=of):
            return [_("(takes back {n_entry})").format(n_entry=quantity(len(of), "entry"))]
        case Vote(on=on, choices=choices):
            said = ", ".join(str(one + 1) for one in choices) or _("takes it back")
            return [_("(votes in {id})").format(id=id_text(on.id)[:SHORT_ID]), said]
        case Unrepost(of=of):
            return [_("(takes back its repost of {id})").format(id=id_text(of.id)[:SHORT_ID])]
        case Label(name=name, accounts=accounts):
            labelled = [account_text(names, one) for one in accounts[:MAX_LABELLED]]
            return [_("(labels entries or accounts)"), name, *labelled]
        case ViewOffer(name=name, expression=expression):
            return [_("(offers a view)"), name, expression]
        case Prekey():
            return [_("(keys for private messages)")]
        case Open() | Unknown(kind=Open.KIND):
            return [_("(the beginning of this feed)")]
        case _:
            return [_("(of a kind that this version does not know)"), item.kind or ""]


def _facts(item: Item, names: Names, *, in_tree: bool) -> list[str]:
    facts: list[str] = [] if item.in_group is None else group_facts(item.in_group, names)
    post = item.post
    if item.edit is not None:
        facts.append(_("edited {edited}").format(edited=_edited(item.edit.time_ms)))
    if isinstance(item.body, Edit):
        facts.append(_("an edit of {id}").format(id=id_text(item.body.of.id)[:SHORT_ID]))
    if post is not None and post.reply and (item.answered is not None or in_tree):
        pass  # a line of its own says so, or its place in the tree
    elif post is not None and post.reply:
        facts.append(_("reply to {id}").format(id=id_text(post.reply.id)[:SHORT_ID]))
    elif post is not None and post.reply_origin:
        facts += [_("reply to"), post.reply_origin]
    if item.quote and item.quoted is None:
        facts.append(_("quotes {id}").format(id=id_text(item.quote.id)[:SHORT_ID]))
    if post is not None and post.mentions:  # in the text they are keys, or petnames of its author's
        shown = [account_text(names, one) for one in post.mentions[:MAX_LABELLED]]
        more = len(post.mentions) - len(shown)
        words = _("mentions {names} and {more} more") if more else _("mentions {names}")
        facts.append(words.format(names=", ".join(shown), more=more))
    if item.replies:
        facts.append(quantity(item.replies, "reply"))
    if item.reposts:
        facts.append(quantity(item.reposts, "repost"))
    for emoji, count in list(item.reactions.items())[:MAX_REACTIONS]:
        facts.append(safe_phrase(quoted(emoji), f"×{count}"))
    said = (item.text or "").casefold()
    tags = () if post is None else post.tags
    return facts + [f"#{tag}" for tag in tags if f"#{tag.casefold()}" not in said]


def _edited(time_ms: int) -> str:
    from sayso_node.clock import now_ms
    from sayso_node.text.relative_time import for_people

    return for_people(time_ms, now_ms())
