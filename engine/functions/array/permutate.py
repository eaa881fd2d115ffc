"""permutate: slices in another order; flip, fliplr and flipud: in reverse order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy

from ... import backend
from ...configuration import config
from ...utils.type_check import require, require_float
from ...variable import Variable
from ..op import Example, Op
from .get_item import scattered

__all__ = ["flip", "fliplr", "flipud", "permutate"]


class Permutate(Op):
    """y holds the slices of x in the order that indices say, or the other way around."""

    op_name = "permutate"
    x_roles = ("x", "indices")
    y_roles = ("y",)
    formula = "y[i] = x[indices[i]];  gx[indices[i]] = gy[i];  for inv the other way around"
    retained_x = (1,)
    kept_as = {"indices": None}

    def __init__(self, indices: Any = None, axis: int = 0, inv: bool = False) -> None:
        self.indices = indices
        self.axis = axis
        self.inv = inv

    def attributes(self) -> dict[str, Any]:
        return {"axis": self.axis, "inv": self.inv}

    def apply(self, inputs: Sequence[Any]) -> tuple[Variable, ...]:
        """Apply to (x, indices); or to (x,), where the constructor was given the indices."""
        return super().apply(inputs if len(inputs) > 1 else (*inputs, self.indices))

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x, indices = inputs
        self.indices = indices
        require(x.ndim > self.axis, f"x.ndim > {self.axis}", f"x.ndim is {x.ndim}")
        if indices.dtype.kind != "i" or indices.ndim != 1:
            raise ValueError(
                f"permutate: indices should be a vector of ints, not {indices.dtype}{indices.shape}"
            )
        length = x.shape[self.axis]
        if config.debug:
            _check_permutation(indices, length)
        if isinstance(indices, numpy.ndarray) and not ((indices >= -length) & (indices < length)).all():
            raise IndexError(f"permutate: {indices} is out of bounds for axis {self.axis} of length {length}")
        self.order = _inverse(indices) if self.inv else indices
        return (x.take(self.order, axis=self.axis),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        shape = self.inputs[0].shape  # type: ignore[index]
        axis = self.axis % len(shape)
        back = _way_back(self.order, shape[axis])
        if back is not None and not isinstance(gys[0], Variable):
            return gys[0].take(back, axis=axis), None
        return scattered(gys[0], (*(slice(None),) * axis, self.order), shape), None

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        order = rng.permutation(3)
        return [
            Example(lambda x: permutate(x, x.xp.asarray(order), axis=1), (rng.normal(size=(2, 3)),)),
            Example(lambda x: permutate(x, x.xp.asarray(order), inv=True), (rng.normal(size=(3, 2)),), "inv"),
        ]


def _check_permutation(indices: Any, length: int) -> None:
    """Raise ValueError unless `indices` are different numbers from 0 to length - 1."""
    found = [int(index) for index in indices]
    for index in found:
        if not 0 <= index < length:
            raise ValueError(f"Out of bounds index: {index}; the axis has {length} elements")
        if found.count(index) > 1:
            raise ValueError(f"indices contains duplicate value: {index}")


def _inverse(indices: Any) -> Any:
    xp = backend.get_array_module(indices)
    back = xp.zeros_like(indices)
    back[indices] = xp.arange(len(indices), dtype=indices.dtype)
    return back


def _way_back(order: Any, length: int) -> Any:
    """The inverse of a permutation; None for indices that are none, and on a device, which this would wait for."""
    if not isinstance(order, numpy.ndarray) or len(order) != length:
        return None
    back = numpy.full(length, -1, order.dtype)
    back[order] = numpy.arange(length, dtype=order.dtype)
    return back if (back >= 0).all() else None


class Flip(Op):
    """y is x with an axis in reverse order."""

    op_name = "flip"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = x in reverse order;  gx = gy in reverse order"

    def __init__(self, axis: int) -> None:
        self.axis = axis

    def attributes(self) -> dict[str, Any]:
        return {"axis": self.axis}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require(
            -x.ndim <= self.axis < x.ndim,
            f"x.ndim > {self.axis}" if self.axis >= 0 else f"-x.ndim <= {self.axis}",
            f"x.ndim is {x.ndim}",
        )
        return (x[_reversed(self.axis, x.ndim)],)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        return (gys[0][_reversed(self.axis, len(gys[0].shape))],)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(lambda x: flip(x, -1), (rng.normal(size=(2, 3)),))]


class FlipLR(Flip):
    """y is x with axis 1 in reverse order."""

    op_name = "fliplr"

    def __init__(self, axis: int = 1) -> None:
        super().__init__(axis)

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        require_float("a", inputs[0])
        return super().forward(inputs)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(fliplr, (rng.normal(size=(2, 3)),))]


class FlipUD(Flip):
    """y is x with axis 0 in reverse order."""

    op_name = "flipud"

    def __init__(self, axis: int = 0) -> None:
        super().__init__(axis)

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        require_float("a", inputs[0])
        return super().forward(inputs)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(flipud, (rng.normal(size=(2, 3)),))]


def _reversed(axis: int, ndim: int) -> tuple[slice, ...]:
    return (slice(None),) * (axis % ndim) + (slice(None, None, -1),)


def permutate(x: Any, indices: Any, axis: int = 0, inv: bool = False) -> Any:
    """x with its slices along `axis` in another order.

    Args:
        x: variable or array.
        indices: integers: for each slice of the result which one of x it is; with `inv`, for each slice of x where it
            goes.
        axis: the axis.
        inv: the reverse permutation.

    Raises:
        InvalidType: x has no such axis.
        ValueError: the indices are no vector of integers.
        IndexError: an index is out of bounds.
    """
    return Permutate(axis=axis, inv=inv).apply((x, indices))[0]


def flip(x: Any, axis: int) -> Any:
    """x with an axis in reverse order.

    Raises:
        InvalidType: x has no such axis.
    """
    return Flip(axis).apply((x,))[0]


def fliplr(a: Any) -> Any:
    """a with axis 1 in reverse order.

    Raises:
        InvalidType: a has no such axis, or holds no floats.
    """
    return FlipLR().apply((a,))[0]


def flipud(a: Any) -> Any:
    """a with axis 0 in reverse order.

    Raises:
        InvalidType: a has no axes, or holds no floats.
    """
    return FlipUD().apply((a,))[0]
