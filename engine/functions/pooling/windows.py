"""What the pooling ops share: their windows, and which elements of an image each kernel offset meets."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

from ...errors import InvalidKernel, InvalidWindow
from ...utils.conv import as_tuple, get_conv_outsize, get_deconv_outsize
from ...utils.type_check import require, require_equal, require_float

__all__ = ["PoolWindow"]

Place = tuple[slice, ...]


class PoolWindow(NamedTuple):
    """How windows move over an image: one number an axis."""

    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    pad: tuple[int, ...]
    cover_all: bool

    @classmethod
    def of(cls, ndim: int, ksize: Any, stride: Any, pad: Any, cover_all: bool) -> PoolWindow:
        """Windows from a script's arguments; the stride is the kernel unless it is given.

        Raises:
            WrongValue: a setting has another number of entries than there are axes.
            InvalidKernel: kernel or stride isn't positive.
        """
        kernel = as_tuple(ksize, ndim)
        window = cls(
            kernel, kernel if stride is None else as_tuple(stride, ndim), as_tuple(pad, ndim), cover_all
        )
        if min(window.kernel, default=1) < 1 or min(window.stride, default=1) < 1:
            raise InvalidKernel(
                "kernel and stride are 1 or more", f"kernel {window.kernel} and stride {window.stride}"
            )
        return window

    def settings(self) -> dict[str, Any]:
        return {
            "kernel": list(self.kernel),
            "stride": list(self.stride),
            "pad": list(self.pad),
            "cover_all": self.cover_all,
        }

    def check(self, x: Any) -> None:
        """Raise `InvalidType` unless `x` is an image, `InvalidWindow` unless these windows fit into it."""
        require_float("x", x)
        require_equal("x.ndim", x.ndim, str(len(self.kernel) + 2), len(self.kernel) + 2)
        require(
            all(length > 0 for length in self.out(x.shape)[2:]),
            f"windows of {self.kernel} fit into the image",
            f"x.shape is {x.shape}",
            InvalidWindow,
        )

    def out(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of the result for an image of this shape."""
        return shape[:2] + tuple(
            get_conv_outsize(size, k, s, p, self.cover_all)
            for size, k, s, p in zip(shape[2:], self.kernel, self.stride, self.pad, strict=True)
        )

    def least_lengths(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The lengths of the smallest image that has as many windows as an array of `shape` has positions."""
        return tuple(
            get_deconv_outsize(size, k, s, p, self.cover_all)
            for size, k, s, p in zip(shape[2:], self.kernel, self.stride, self.pad, strict=True)
        )

    def met_along(self, axis: int, size: int) -> Iterator[tuple[int, slice, slice]]:
        """For every kernel offset along an axis: the offset, which outputs it serves, and which elements these meet.

        Outputs whose element at this offset lies in the padding are left out.
        """
        k, s, p = self.kernel[axis], self.stride[axis], self.pad[axis]
        length = get_conv_outsize(size, k, s, p, self.cover_all)
        for i in range(k):
            first = max(0, -((i - p) // s))
            last = min(length, (size - 1 - i + p) // s + 1)
            if last > first:
                start = first * s + i - p
                yield i, slice(first, last), slice(start, start + (last - first - 1) * s + 1, s)

    @functools.lru_cache(256)  # noqa: B019  # windows are values; the same few layers ask in every step
    def places(self, shape: tuple[int, ...]) -> list[tuple[int, Place, Place]]:
        """`met_along` for all axes of an image: the kernel element's number, outputs, elements."""
        places = []
        every = (slice(None), slice(None))
        axes = [list(self.met_along(axis, size)) for axis, size in enumerate(shape[2:])]
        for met in itertools.product(*axes):
            number = 0
            for (offset, _, _), k in zip(met, self.kernel, strict=True):
                number = number * k + offset
            outputs, elements = tuple(part[1] for part in met), tuple(part[2] for part in met)
            places.append((number, every + outputs, every + elements))
        return places

    def tiles(self, shape: tuple[int, ...]) -> bool:
        """Whether every element of the image is in exactly one window."""
        return all(
            k == s and p == 0 and size % s == 0
            for k, s, p, size in zip(self.kernel, self.stride, self.pad, shape[2:], strict=True)
        )
