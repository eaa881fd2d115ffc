"""Which files belong to a run directory: the same rule for packing, unpacking and removing."""

from __future__ import annotations

import re

from ..log.schema import RUN_FILE

__all__ = ["PACKED_SUFFIX", "is_file_of_run"]

PACKED_SUFFIX = ".bpd"

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,60}\.(?:json|jsonl|idx|seg|stats)")
"""Flat, short, without a dot in front: no such name leads out of a directory."""


def is_file_of_run(name: str) -> bool:
    """Whether a run directory may hold a file of this name."""
    return _NAME.fullmatch(name) is not None or name == RUN_FILE + ".new"
