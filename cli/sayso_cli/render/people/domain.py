"""The look of a domain in a profile: a claim, or what it said when it was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso_protocol.translation import _

from ...terminal.output import Output

if TYPE_CHECKING:
    from sayso_node.accounts.domain_checks import DomainCheck

SHOWN = 80
"""Characters of a domain that are shown."""


def show_domain(out: Output, domain: str, check: DomainCheck | None) -> None:
    """Print a line: the domain, whether it names the account, and on which day it said so."""
    if out.json:
        return
    from sayso_node.timestamps import time_text
    from sayso_protocol.text.hosts import shown_host

    from .name import excerpt

    if check is None:
        said = _("not asked: `sayso verify-name KEY` does")
        out.indented(_("says to be of"), excerpt(shown_host(domain), SHOWN), out.style.dim(said))
        return
    day = time_text(check.time_ms).partition("T")[0]
    if check.names:
        said = out.style.good(_("which named this account on {day}").format(day=day))
    else:
        said = out.style.warning(_("which did not name this account on {day}").format(day=day))
    out.indented(_("says to be of"), excerpt(shown_host(domain), SHOWN), said)
