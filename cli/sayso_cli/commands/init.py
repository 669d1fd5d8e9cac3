"""Make an account, this device's feed and the store.

The recovery phrase is printed once and kept nowhere: whoever has its 24 words has the
account. Write it on paper.
"""

from __future__ import annotations

from argparse import ArgumentParser

from ..errors import DONE
from ..session import Session, add_passphrase


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("--name", help="how others see you; can be changed with `profile`")
    add_passphrase(parser)


def run(session: Session) -> int:
    """Make the account and print what only now can be printed."""
    from sayso_node.account import create_account
    from sayso_node.accounts import check_name
    from sayso_protocol.keys import key_text

    name = session.args.name
    home = session.home
    made = create_account(home, None if name is None else check_name(name), session.passphrase())
    account, out = key_text(made.account), session.out
    out.record(
        {
            "account": account,
            "feed": key_text(made.feed),
            "home": str(home.path),
            "phrase": made.phrase,
        }
    )
    out.heading("Your account")
    out.indented(account)
    out.indented("Others follow you by this key. Your data is in", str(home.path))
    out.heading("Your recovery phrase")
    words = made.phrase.split()
    for start in range(0, len(words), 6):
        out.indented(" ".join(words[start : start + 6]))
    out.indented("Write it on paper now: it is shown only this once, and it is the account.")
    return DONE
