"""Sequences of different lengths, turned into one batch a time step, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy

from ...variable import as_variable
from ..array.concat import concat
from ..array.get_item import get_item
from ..array.split_axis import split_axis

__all__ = ["by_sequence", "by_step"]


def by_step(sequences: Sequence[Any]) -> list[Any]:
    """For each step the batch of all elements of that step.

    Args:
        sequences: variables or arrays (length, ...), the longest first.

    Returns:
        One variable (n_t, ...) a step.
    """
    lengths = [len(x) for x in sequences]
    places, sizes = _places(lengths)
    everything = concat(sequences, axis=0) if len(sequences) > 1 else as_variable(sequences[0])
    return _cut(get_item(everything, places), sizes)


def by_sequence(steps: Sequence[Any], lengths: list[int]) -> list[Any]:
    """The reverse of `by_step`, for sequences of these lengths."""
    places, _ = _places(lengths)
    everything = concat(steps, axis=0) if len(steps) > 1 else as_variable(steps[0])
    return _cut(get_item(everything, numpy.argsort(places)), lengths)


def _places(lengths: list[int]) -> tuple[numpy.ndarray, list[int]]:
    """Where, in all sequences one after the other, the elements of step 0, 1, ... are; and how many a step has."""
    starts = numpy.cumsum([0, *lengths[:-1]])
    sizes = [sum(length > step for length in lengths) for step in range(max(lengths))]
    return numpy.concatenate([starts[:size] + step for step, size in enumerate(sizes)]), sizes


def _cut(x: Any, sizes: list[int]) -> list[Any]:
    if len(sizes) == 1:
        return [x]
    return list(split_axis(x, numpy.cumsum(sizes[:-1]), 0))
