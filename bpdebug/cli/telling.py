"""What commands say beside their output: on stderr, after the program's name, whatever names stand in it."""

from __future__ import annotations

import sys

__all__ = ["tell"]


def tell(text: str) -> None:
    """Say `text`, of one line or several; what a name in it would send to the terminal is shown instead."""
    from ..text import clean  # brings NumPy, for which a script's start doesn't wait

    text = clean(text, keep="\n")
    sys.stderr.write(f"bpdebug: {text}\n")
