"""Questions to a person at a terminal: before what cannot be taken back, and for a passphrase.

Where there is no terminal nothing is asked: whoever called has decided, or is told what to name.
"""

from __future__ import annotations

import sys

from sayso_protocol.translation import _

from ..errors import Failure


def is_terminal() -> bool:
    """Whether somebody can be asked: standard input is a terminal, not a pipe or a file."""
    try:
        return sys.stdin is not None and sys.stdin.isatty()
    except ValueError:
        return False  # it was closed


def sees_output() -> bool:
    """Whether a person can be asked about what was printed: that and the question are seen."""
    return is_terminal() and sys.stdout.isatty() and sys.stderr.isatty()


def confirm(question: str, *, yes: bool = False) -> None:
    """Ask before an act; not with `yes`, nor where there is no terminal. Raises `Failure` for any
    answer but yes."""
    if yes or not is_terminal():
        return
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Failure(_("nothing was done"), "declined")


def ask_passphrase(prompt: str, limit: int) -> bytes:
    """A passphrase of at most `limit` bytes, typed without being shown. Raises `Failure`."""
    import getpass
    import warnings

    sys.stdout.flush()
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            typed = getpass.getpass(f"{prompt}: ").encode()
        except getpass.GetPassWarning as error:
            raise Failure(
                _(
                    "a passphrase cannot be typed here without being shown: write it into a file "
                    "and "
                    "name that with --passphrase-file"
                )
            ) from error
        except EOFError as error:
            raise Failure(_("no passphrase was typed: nothing was done"), "declined") from error
        except UnicodeError as error:
            raise Failure(_("the passphrase is not valid UTF-8: type it again")) from error
    if not typed:
        raise Failure(_("no passphrase was typed: nothing was done"), "declined")
    if len(typed) > limit:
        raise Failure(_("a passphrase has at most {limit} bytes").format(limit=limit))
    return typed


def new_passphrase(limit: int) -> bytes:
    """A passphrase that is set, so typed twice. Raises `Failure`."""
    if not is_terminal():
        raise Failure(
            _(
                "there is no terminal to type a passphrase at: write it into a file and name that "
                "with --passphrase-file"
            )
        )
    typed = ask_passphrase(_("New passphrase"), limit)
    if ask_passphrase(_("The same again"), limit) != typed:
        raise Failure(_("these were two different passphrases: nothing was done"), "declined")
    return typed
