"""Calling a converter: what makes arrays of a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .. import backend, dataset

__all__ = ["call_loss", "converted"]


def converted(converter: Callable[..., Any], batch: Sequence[Any], device: Any) -> Any:
    """The arrays of a batch.

    Args:
        converter: called with the batch and a device: that device if it is `concat_examples` or a `Converter`, else
            a GPU's number, -1 for the CPU, None for None.
        batch: list of examples.
        device: a `Device` or None.
    """
    takes_devices = converter is dataset.concat_examples or isinstance(converter, dataset.Converter)
    if device is None or takes_devices:
        return converter(batch, device)
    if isinstance(device, backend.GpuDevice):
        return converter(batch, device.device.id)
    return converter(batch, -1)


def call_loss(function: Callable[..., Any], arrays: Any, *before: Any) -> Any:
    """Call `function` with the arguments `before`, and the arrays as arguments: positional ones, or by name."""
    if isinstance(arrays, tuple):
        return function(*before, *arrays)
    if isinstance(arrays, dict):
        return function(*before, **arrays)
    return function(*before, arrays)
