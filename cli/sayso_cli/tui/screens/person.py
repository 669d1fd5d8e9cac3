"""What can be done about an account: asked on top of any list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso_protocol.translation import _

from .. import destinations
from ..account_blocks import Person, person_of
from ..dialogs import Ask, Choose, Confirm

if TYPE_CHECKING:
    from ..base_app import BaseApp


async def ask_about(app: BaseApp, account: bytes) -> None:
    """Show an account and what can be done about it, and do what is chosen."""
    person = await app.off(lambda: person_of(app.library, account))
    chosen = await app.push_screen_wait(Choose(person.rows, _choices(person)))
    pen = app.pen
    match chosen:
        case "o":
            app.open(destinations.Author(person.key, person.title))
            return
        case "f" if person.is_followed:
            question = Confirm(_("Its posts are not shown any more."), _("End the subscription?"))
            if not await app.push_screen_wait(question):
                return
            await app.off(lambda: pen.unfollow(account))
            app.say(_("not followed any more:"), person.title)
        case "f":
            await app.off(lambda: pen.follow(person.key))
            app.say(_("followed from now on:"), person.title)
        case "n":
            hint = _("what you call the account; only you see it")
            typed = await app.push_screen_wait(
                Ask(_("Name"), hint, about=person.rows, text=person.petname or "")
            )
            if not typed:
                return
            await app.off(lambda: pen.follow(person.key, typed))
            app.say(_("called from now on:"), f"@{typed.removeprefix('@')}")
        case "m":
            on = person.hidden is None
            await app.off(lambda: pen.mute(account, on=on))
            app.say(_("muted:") if on else _("not muted any more:"), person.title)
        case "b":
            on = person.hidden != "block"
            await app.off(lambda: pen.block(account, on=on))
            app.say(_("blocked:") if on else _("not blocked any more:"), person.title)
        case _:
            return
    app.reload()


def _choices(person: Person) -> dict[str, str]:
    choices = {"o": _("open its posts")}
    if person.is_own:
        return choices
    choices["f"] = _("end the subscription") if person.is_followed else _("follow it")
    choices["n"] = (
        _("give it a name of yours")
        if person.is_followed
        else _("give it a name of yours, and follow it")
    )
    if person.hidden != "block":
        choices["m"] = _("take the mute back") if person.hidden else _("mute: show nothing of it")
    choices["b"] = (
        _("take the block back")
        if person.hidden == "block"
        else _("block: mute, and neither store nor pass on")
    )
    return choices
