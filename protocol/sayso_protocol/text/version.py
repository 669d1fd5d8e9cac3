"""The version of how texts are compared, for whatever remembers folded texts or words of them."""

from __future__ import annotations

from typing import Final
from unicodedata import unidata_version

VERSION: Final = f"text 1, Unicode {unidata_version}"
"""Of what `fold`, `bare`, `look_keys` and the words of a text are. Python brings the tables of
characters, and a newer one knows more of them."""
