"""Options that several commands take, and the reading of them."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace

from sayso_protocol.translation import _

from .context import PASSPHRASE_FILE
from .errors import UsageError

LIMIT = 50


def add_passphrase(parser: ArgumentParser, *, sets: str = "") -> None:
    """Add the option that commands which sign have; and another where they can set a passphrase,
    for what `sets` says."""
    parser.add_argument(
        "--passphrase-file",
        metavar="F",
        help=_("file whose first line unlocks the keys (or {passphrase_file})").format(
            passphrase_file=PASSPHRASE_FILE
        ),
    )
    if sets:
        parser.add_argument(
            "--passphrase",
            action="store_true",
            help=_("type a passphrase that locks {sets}").format(sets=sets),
        )


def add_signing(parser: ArgumentParser) -> None:
    """Add the options of commands that write an entry."""
    add_passphrase(parser)
    parser.add_argument(
        "--date-anyway",
        action="store_true",
        help=_("write although the computer's clock seems to be wrong"),
    )


def add_paging(parser: ArgumentParser) -> None:
    """Add the option of commands whose answer may be long."""
    parser.add_argument(
        "--no-pager",
        action="store_true",
        help=_("print it all, without SAYSO_PAGER, PAGER or less"),
    )


def add_pictures(parser: ArgumentParser) -> None:
    """Add the option of commands that show what entries attach."""
    parser.add_argument(
        "--no-pictures", action="store_true", help=_("do not draw pictures into the terminal")
    )


def add_phrase(parser: ArgumentParser, *, required: bool = False) -> None:
    """Add the option of commands that need the account's recovery phrase."""
    parser.add_argument(
        "--phrase-file",
        metavar="F",
        required=required,
        help=_("file with the recovery phrase, or - for standard input"),
    )


def add_label(parser: ArgumentParser) -> None:
    """Add the option of commands that make a device's feed."""
    parser.add_argument(
        "--label", metavar="L", help=_("what the device is called; all who follow you can see it")
    )


def add_yes(parser: ArgumentParser) -> None:
    """Add the option of commands that ask first."""
    parser.add_argument("--yes", action="store_true", help=_("do not ask"))


def number(text: str) -> int:
    """Read a count of 1 or more."""
    try:
        count = int(text)
    except ValueError as error:
        raise ArgumentTypeError(
            _("{text} is no number: give 1 or more").format(text=text)
        ) from error
    if not 1 <= count < 2**63:
        raise ArgumentTypeError(_("{text} is not 1 or more").format(text=text))
    return count


def whole_number(text: str) -> int:
    """Read a whole number, also below zero."""
    try:
        return int(text)
    except ValueError as error:
        raise ArgumentTypeError(_("{text} is no whole number").format(text=text)) from error


def add_since(parser: ArgumentParser) -> None:
    """Add the option of commands that list what happened."""
    parser.add_argument("--since", metavar="T", help=_("only from then on: 2024-05-01, 7d, 2h, …"))


def since_of(args: Namespace) -> int | None:
    """The moment that `add_since` was given, in Unix milliseconds."""
    return moment(args.since)


def deadline(text: str) -> int | None:
    """Read a point in time to come: how long from now, a date or a time, as Unix milliseconds;
    None for ``never``. Raises `UsageError`."""
    if text.strip().lower() == "never":
        return None
    from sayso_node.clock import now_ms
    from sayso_protocol.durations import seconds_of

    now, ahead = now_ms(), seconds_of(text.strip())
    end = moment(text, end=True) if ahead is None else now + ahead * 1000
    if end is None or end <= now:
        raise UsageError(
            _("{text} has passed: name a time to come, as 7d or 2027-01-31, or never").format(
                text=text
            )
        )
    return end


def moment(text: str | None, *, end: bool = False) -> int | None:
    """Read a point in time as it is typed; of a date its beginning, or its `end`. Raises
    `UsageError`."""
    if text is None:
        return None
    from sayso_node.clock import now_ms
    from sayso_node.timestamps import parse_time

    try:
        return parse_time(text, now_ms(), end=end)
    except ValueError as error:
        raise UsageError(str(error)) from error
