"""Convolution as one matrix product for a whole batch: the windows of x as (c k, positions n), samples last.

The reverse order of axes makes windows long runs of memory (a row of an image, for all samples at once) and the
product one with many columns. For groups = 1; which case takes this way is decided in `lowering.py`.
"""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.conv import windows_by_offset

__all__ = ["correlate", "filters", "spread"]


def correlate(x: Any, W: Any, window: Any, positions: tuple[int, ...]) -> Any:
    """y (n, out, *positions), as a view whose memory has the samples last."""
    y = W.reshape(len(W), -1).dot(_windows(x, W.shape[2:], window, positions))
    return _samples_first(y.reshape(len(W), *positions, len(x)))


def spread(x: Any, W: Any, window: Any, lengths: tuple[int, ...]) -> Any:
    """The transpose of `correlate`: an image (n, c, *lengths), as a view whose memory has the samples last."""
    kernel, positions = W.shape[2:], x.shape[2:]
    xp = backend.get_array_module(x)
    columns = W.reshape(len(W), -1).T.dot(_samples_last(x).reshape(len(W), -1))
    columns = columns.reshape(W.shape[1], *kernel, *positions, len(x))
    whole, inner = _padded_lengths(lengths, kernel, window, positions)
    image = xp.zeros((W.shape[1], *whole, len(x)), columns.dtype)
    for offset, meets in windows_by_offset(kernel, window.stride, window.dilate, positions):
        image[(slice(None), *meets)] += columns[(slice(None), *offset)]
    return _samples_first(image[(slice(None), *inner)])


def filters(x: Any, gy: Any, kernel: tuple[int, ...], window: Any) -> Any:
    """The gradient of W for `correlate`, (out, c k)."""
    rows = _samples_last(gy).reshape(gy.shape[1], -1)
    return rows.dot(_windows(x, kernel, window, gy.shape[2:]).T)


def _windows(x: Any, kernel: tuple[int, ...], window: Any, positions: tuple[int, ...]) -> Any:
    """The windows of x, (c k, positions n)."""
    xp = backend.get_array_module(x)
    n, c = x.shape[:2]
    whole, inner = _padded_lengths(x.shape[2:], kernel, window, positions)
    image = (xp.zeros if any(window.pad) or window.cover_all else xp.empty)((c, *whole, n), x.dtype)
    image[(slice(None), *inner)] = _samples_last(x)
    columns = xp.empty((c, *kernel, *positions, n), x.dtype)
    for offset, meets in windows_by_offset(kernel, window.stride, window.dilate, positions):
        columns[(slice(None), *offset)] = image[(slice(None), *meets)]
    return columns.reshape(-1, columns[(0, *(0,) * len(kernel))].size)


def _padded_lengths(
    lengths: tuple[int, ...], kernel: tuple[int, ...], window: Any, positions: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[slice, ...]]:
    """The lengths of the padded image that all windows fit into, and where the image lies in it."""
    whole = tuple(
        max(length + 2 * p, (k - 1) * d + s * (out - 1) + 1)
        for length, k, s, p, d, out in zip(
            lengths, kernel, window.stride, window.pad, window.dilate, positions, strict=True
        )
    )
    return whole, tuple(slice(p, p + length) for p, length in zip(window.pad, lengths, strict=True))


def _samples_last(x: Any) -> Any:
    return x.transpose(*range(1, x.ndim), 0)


def _samples_first(x: Any) -> Any:
    return x.transpose(x.ndim - 1, *range(x.ndim - 1))
