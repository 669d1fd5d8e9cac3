"""The full-screen reader: the screens of all destinations."""

from __future__ import annotations

from . import destinations
from .base_app import BaseApp
from .reader_screen import ReaderScreen
from .screens.timeline import TimelineScreen


class ReaderApp(BaseApp):
    """Shows one home on the whole screen. All screens but the first are loaded when they are
    opened."""

    def get_default_screen(self) -> TimelineScreen:
        """See `App`: the timeline, so that nothing is drawn twice."""
        return TimelineScreen()

    def made(self, to: destinations.Destination) -> ReaderScreen:
        """See `BaseApp`."""
        match to:
            case destinations.Timeline():
                return TimelineScreen()
            case destinations.Help():
                from .screens.help import HelpScreen

                return HelpScreen()
            case destinations.People():
                from .screens.people import PeopleScreen

                return PeopleScreen()
            case destinations.Compose():
                from .screens.compose import ComposeScreen

                return ComposeScreen(to)
            case destinations.Conversations() | destinations.Messages() | destinations.Strangers():
                return _of_letters(to)
            case destinations.Filters() | destinations.Effect() | destinations.RuleForm():
                return _of_rules(to)
            case _:
                return _of_entries(to)


def _of_rules(
    to: destinations.Filters | destinations.Effect | destinations.RuleForm,
) -> ReaderScreen:
    from .screens import filters, rule_form

    match to:
        case destinations.Filters():
            return filters.FilterScreen()
        case destinations.Effect():
            return filters.EffectScreen(to)
        case _:
            return rule_form.RuleForm()


def _of_letters(
    to: destinations.Conversations | destinations.Messages | destinations.Strangers,
) -> ReaderScreen:
    from .screens import letters

    match to:
        case destinations.Conversations():
            return letters.ConversationsScreen()
        case destinations.Messages(account, title):
            return letters.MessagesScreen(account, title)
        case _:
            return letters.StrangersScreen()


def _of_entries(
    to: destinations.Thread
    | destinations.Search
    | destinations.Author
    | destinations.Why
    | destinations.Notifications
    | destinations.Bookmarks,
) -> ReaderScreen:
    from .screens import lists

    match to:
        case destinations.Thread(entry_id):
            return lists.ThreadScreen(entry_id)
        case destinations.Search(typed):
            return lists.SearchScreen(typed)
        case destinations.Author(key, name):
            return lists.AuthorScreen(key, name)
        case destinations.Why(entry_id):
            return lists.WhyScreen(entry_id)
        case destinations.Notifications():
            return lists.NotificationScreen()
        case _:
            return lists.BookmarkScreen()
