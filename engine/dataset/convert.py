"""How a list of examples becomes arrays: converters, which updaters and evaluators call."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy

from .. import backend
from ..backends import cuda

__all__ = ["ConcatWithAsyncTransfer", "Converter", "concat_examples", "converter", "to_device"]


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
    if batch is None or len(batch) == 0:
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


concat_examples_func = concat_examples  # another of Chainer's names for it


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


class Converter:
    """Base of converters that want the device as a `Device`; a subclass defines the call."""

    def __call__(self, batch: Any, device: Any) -> Any:
        """The arrays of a batch on a device."""
        raise NotImplementedError(f"{type(self).__name__} doesn't define its call")


class _FunctionConverter(Converter):
    def __init__(self, function: Callable[..., Any]) -> None:
        functools.update_wrapper(self, function)
        self._function = function

    def __call__(self, batch: Any, device: Any = None) -> Any:
        return self._function(batch, None if device is None else backend.get_device(device))


def converter() -> Callable[[Callable[..., Any]], Converter]:
    """Decorator: makes a `Converter` of a function of batch and device.

    The function gets the device as a `Device`, also where a caller names it by a number.
    """
    return _FunctionConverter


class ConcatWithAsyncTransfer:
    """`concat_examples` whose arrays go to a GPU while the GPU still works on the batch before.

    On the CPU it is `concat_examples`.

    Args:
        stream: a CUDA stream for the transfers; None: one of its own.
        compute_stream: the stream on which the training computes; None: the current one.
    """

    def __init__(self, stream: Any = None, compute_stream: Any = None) -> None:
        self._stream = stream
        self._compute_stream = compute_stream

    def __call__(self, batch: Sequence[Any], device: Any = None, padding: Any = None) -> Any:
        """The arrays of a batch; arguments as for `concat_examples`."""
        target = None if device is None else backend.get_device(device)
        if not isinstance(target, backend.GpuDevice):
            return concat_examples(batch, target, padding)
        on_host = concat_examples(batch, None, padding)
        with target.create_context():
            if self._stream is None:
                self._stream = cuda.Stream(non_blocking=True)
            compute = self._compute_stream or cuda.cupy.cuda.get_current_stream()
            with self._stream:
                sent = target.send(on_host)
                arrived = self._stream.record()
            # The computation waits for the transfer in the GPU's own queue; the host goes on.
            compute.wait_event(arrived)
        return sent
