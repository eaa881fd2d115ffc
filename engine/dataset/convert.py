"""How a list of examples becomes arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy

from .. import backend

__all__ = ["concat_examples", "to_device"]


def to_device(device: Any, x: Any) -> Any:
    """Bring an array to a device.

    Args:
        device: None: leave it where it is; a GPU's number (negative: the CPU); a device or its name.
        x: array.

    Raises:
        RuntimeError: a GPU was asked for and there is none.
    """
    return x if device is None else backend.get_device(device).send(x)


def concat_examples(batch: Sequence[Any], device: Any = None, padding: Any = None) -> Any:
    """Put the examples of a batch into arrays, with the batch as first axis.

    Args:
        batch: list of examples: arrays or numbers, or tuples or dicts of them.
        device: where to put the arrays, as in `to_device`.
        padding: what to fill shorter arrays with, so that all have the shape of the largest one; one value, or one
            for each place of the tuple or dict. None: all must have one shape.

    Returns:
        An array; for tuples a tuple, for dicts a dict of arrays.

    Raises:
        ValueError: the batch is empty, or the examples don't fit together.
    """
    if len(batch) == 0:
        raise ValueError("batch is empty")
    first = batch[0]
    if isinstance(first, tuple):
        by_place = padding if isinstance(padding, tuple) else (padding,) * len(first)
        return tuple(
            to_device(device, _stack(_members(batch, i), by_place[i], f"element {i}"))
            for i in range(len(first))
        )
    if isinstance(first, dict):
        by_key = padding if isinstance(padding, dict) else dict.fromkeys(first, padding)
        return {
            key: to_device(device, _stack(_members(batch, key), by_key[key], f"{key!r}")) for key in first
        }
    return to_device(device, _stack(batch, padding, "each example"))


def _members(batch: Sequence[Any], key: Any) -> list[Any]:
    members = []
    for place, example in enumerate(batch):
        try:
            members.append(example[key])
        except (IndexError, KeyError) as error:
            raise type(error)(
                f"concat_examples: example 0 has element {key!r}, but example {place} has not: all examples "
                "of a batch must have the same structure"
            ) from None
    return members


def _stack(arrays: Any, padding: Any, what: str) -> Any:
    """One array with one more axis; `what` names the arrays in messages."""
    if not backend.is_array(arrays[0]):
        try:
            arrays = numpy.asarray(arrays)
        except ValueError as error:
            raise ValueError(f"concat_examples: {what} makes no array: {error}") from None
        if arrays.dtype.kind not in "biufc":
            kinds = ", ".join(sorted({type(array).__name__ for array in arrays}))
            raise TypeError(
                f"concat_examples: {what} is of type {kinds}; a batch is made of numbers and arrays (look at "
                "what the dataset gives, or pass a converter of your own)"
            )
    xp = backend.get_array_module(arrays[0])
    if padding is not None:
        return _padded(xp, arrays, padding, what)
    shape = arrays[0].shape
    for place, array in enumerate(arrays):
        if array.shape != shape:
            raise ValueError(
                f"concat_examples: {what} has shape {shape} in example 0, but {array.shape} in example {place}; "
                "padding=0 fills the shorter ones up"
            )
    return xp.concatenate([array[None] for array in arrays])


def _padded(xp: Any, arrays: Sequence[Any], padding: Any, what: str) -> Any:
    ndim = arrays[0].ndim
    for place, array in enumerate(arrays):
        if array.ndim != ndim:
            raise ValueError(
                f"concat_examples: {what} has {ndim} axes in example 0, but {array.ndim} in example {place}"
            )
    shape = tuple(max(lengths) for lengths in zip(*[array.shape for array in arrays], strict=True))
    result = xp.full((len(arrays), *shape), padding, dtype=arrays[0].dtype)
    for place, array in enumerate(arrays):
        result[(place, *map(slice, array.shape))] = array
    return result
