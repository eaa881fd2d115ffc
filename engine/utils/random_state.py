"""The state of a random generator as an array, so that what was drawn from it can be drawn again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy

__all__ = ["drawing_again", "snapshot"]

_KEY = 624
_SIZE = _KEY + 4


def snapshot(xp: Any) -> numpy.ndarray | None:
    """The state of `xp`'s global generator: uint32 (628,); None where it can't be read. Reading it draws no number.

    624 words of the Mersenne twister, the place in them, whether a normal number is held back, and the two halves of
    that number's bits. Equal states are equal arrays.
    """
    get_state = getattr(xp.random, "get_state", None)
    full = None if get_state is None else get_state(legacy=False)
    if full is None or full["bit_generator"] != "MT19937":
        return None
    state = numpy.empty(_SIZE, numpy.uint32)
    state[:_KEY] = full["state"]["key"]
    state[_KEY] = full["state"]["pos"]
    state[_KEY + 1] = full["has_gauss"]
    state[_KEY + 2 :] = numpy.float64(full["gauss"]).reshape(1).view(numpy.uint32)
    return state


@contextlib.contextmanager
def drawing_again(state: numpy.ndarray) -> Iterator[None]:
    """NumPy's global generator goes on from `state` (see `snapshot`); afterwards from where it was before.

    Raises:
        ValueError: this is no such state.
    """
    if state.dtype != numpy.uint32 or state.shape != (_SIZE,) or not state[_KEY] <= _KEY:
        raise ValueError(f"{state.dtype} {state.shape} is no state of a Mersenne twister")
    before = numpy.random.get_state(legacy=False)
    held_back = float(numpy.ascontiguousarray(state[_KEY + 2 :]).view(numpy.float64)[0])
    inner = {"key": state[:_KEY], "pos": int(state[_KEY])}
    full = {
        "bit_generator": "MT19937", "state": inner, "has_gauss": int(state[_KEY + 1]), "gauss": held_back,
    }  # fmt: skip
    numpy.random.set_state(full)
    try:
        yield
    finally:
        numpy.random.set_state(before)
