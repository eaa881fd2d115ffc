"""Converters as objects: functions from a batch to arrays on a device, and one that transfers beside the training."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from .. import backend
from ..backends import cuda
from .convert import concat_examples

__all__ = ["ConcatWithAsyncTransfer", "Converter", "converter"]


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
