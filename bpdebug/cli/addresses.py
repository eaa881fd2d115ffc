"""What `--at` takes: which event is meant."""

from __future__ import annotations

import argparse

__all__ = ["event_address"]


def event_address(text: str) -> str:
    """An address or an event's number, for `argparse`.

    Without `--at` another event is meant, or all of them; a shell's variable that is empty asks for neither.

    Raises:
        argparse.ArgumentTypeError: there is nothing in it.
    """
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty; write an address such as it3/backward/MLP.l1/linear")
    return text
