"""iDeep, Intel's library for Chainer: no longer kept, and so never there. Scripts ask whether it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import backend

__all__ = [
    "Intel64Device",
    "check_ideep_available",
    "inputs_all_ready",
    "is_ideep_available",
    "mdarray",
    "should_use_ideep",
]


class mdarray:  # noqa: N801 - iDeep's name
    """Has no instances; for `isinstance`."""


def is_ideep_available() -> bool:
    """Whether iDeep can be used: never."""
    return False


def check_ideep_available() -> None:
    """Raise, as iDeep isn't there.

    Raises:
        RuntimeError: always.
    """
    raise RuntimeError("iDeep is not available with this engine; NumPy computes on the CPU")


def should_use_ideep(level: str) -> bool:
    """Whether to use iDeep, for a level such as `>=auto`: never."""
    return False


def inputs_all_ready(inputs: Sequence[Any], supported_ndim: Sequence[int] = (2, 4)) -> bool:
    """Whether iDeep could compute with these arrays: never."""
    return False


class Intel64Device(backend.Device):
    """Where iDeep's arrays would live.

    Raises:
        RuntimeError: always, as iDeep isn't there.
    """

    def __init__(self) -> None:
        check_ideep_available()
