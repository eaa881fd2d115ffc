"""A short name for the state of a random generator, so that a run can be compared with another."""

from __future__ import annotations

import hashlib
from typing import Any

__all__ = ["fingerprint"]


def fingerprint(xp: Any) -> str:
    """16 hexadecimal digits for the state of `xp`'s global generator; empty where it can't be read.

    Equal states have equal fingerprints. Reading the state draws no number.
    """
    get_state = getattr(xp.random, "get_state", None)
    if get_state is None:
        return ""
    full = get_state(legacy=False)
    state = full["state"]
    digest = hashlib.blake2b(state["key"].tobytes(), digest_size=8)
    digest.update(f"{state['pos']} {full['has_gauss']} {full['gauss']}".encode())
    return digest.hexdigest()
