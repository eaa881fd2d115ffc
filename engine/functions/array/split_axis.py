"""split_axis: an array cut into pieces along an axis."""

from __future__ import annotations

from typing import Any

import numpy

from ... import backend
from ...utils.type_check import require
from ...variable import as_variable
from .. import either
from ..op import Example, Op
from .concat import concat
from .reshape import reshape

__all__ = ["separate", "split_axis"]


class SplitAxis(Op):
    """y0, y1, ... are the pieces of x along an axis."""

    op_name = "split_axis"
    y_roles = ("y",)
    x_roles = ("x",)
    formula = "y = the pieces of x, each an output;  gx = the pieces' gy, one behind the other"

    kept_as = {"axis": "given_axis"}
    cuts: tuple[int, ...] = ()

    def __init__(self, indices_or_sections: Any, axis: int) -> None:
        self.sections: int | None = None
        self.indices: tuple[int, ...] | None = None
        if (
            isinstance(indices_or_sections, int | numpy.integer)
            or getattr(indices_or_sections, "ndim", 1) == 0
        ):
            self.sections = int(indices_or_sections)
        elif hasattr(indices_or_sections, "__iter__"):
            if not all(isinstance(cut, int | numpy.integer) for cut in indices_or_sections):
                raise TypeError(f"indices_or_sections must be integers, not {indices_or_sections!r}")
            self.indices = tuple(map(int, indices_or_sections))
        else:
            raise TypeError(
                f"indices_or_sections must be integer or 1-D array, not {type(indices_or_sections).__name__}"
            )
        self.axis = self.given_axis = axis

    @property
    def indices_or_sections(self) -> Any:
        """What was given: a number of pieces, or where to cut."""
        return self.indices if self.sections is None else self.sections

    def attributes(self) -> dict[str, Any]:
        return {"cuts": list(self.cuts), "axis": self.axis}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require(-x.ndim <= self.given_axis < x.ndim, f"x.ndim > {self.given_axis}", f"x.ndim is {x.ndim}")
        self.axis = self.given_axis % x.ndim
        self.cuts = self._cuts(x.shape[self.axis])
        starts, stops = (0, *self.cuts), (*self.cuts, x.shape[self.axis])
        before = (slice(None),) * self.axis
        ys = tuple(x[(*before, slice(i, j))] for i, j in zip(starts, stops, strict=True))
        self.shapes = tuple(y.shape for y in ys)
        return ys

    def _cuts(self, length: int) -> tuple[int, ...]:
        """Where to cut an axis of that length."""
        if self.sections is None:
            cuts = self.indices or ()
            require(
                not cuts or max(cuts) <= length,
                f"in_types[0].shape[{self.axis}] >= max_index",
                f"{length} < {max(cuts, default=0)}",
            )
            return cuts
        require(
            self.sections > 0 and length % self.sections == 0,
            f"x.shape[{self.axis}] is a multiple of {self.sections}",
            f"x.shape[{self.axis}] is {length}",
        )
        return tuple(length // self.sections * i for i in range(1, self.sections))

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        x = self.inputs[0]  # type: ignore[index]
        some = next(gy for gy in gys if gy is not None)
        xp = backend.get_array_module(either.array_of(some))
        pieces = [
            xp.zeros(shape, x.dtype) if gy is None else gy for gy, shape in zip(gys, self.shapes, strict=True)
        ]
        if hasattr(some, "creator_node"):
            return (concat(pieces, self.axis),)
        return (xp.concatenate(pieces, self.axis),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.normal(size=(2, 6))
        return [
            Example(lambda x: split_axis(x, 3, 1), (x,), "all pieces"),
            Example(lambda x: split_axis(x, 3, 1)[1], (x,), "middle piece"),
            Example(lambda x: split_axis(x, [1, 4], -1)[2], (x,), "cuts"),
        ]


def split_axis(x: Any, indices_or_sections: Any, axis: int, force_tuple: bool = True) -> Any:
    """x cut into pieces along an axis.

    Args:
        x: variable or array.
        indices_or_sections: into how many equal pieces, or where to cut (list, tuple or 1-d array).
        axis: along which.
        force_tuple: give a tuple even for one piece.

    Returns:
        Tuple of variables.

    Raises:
        InvalidType: x has no such axis, or can't be cut into equal pieces.
        TypeError: the cuts are neither a number nor a list of whole numbers.
    """
    ys = SplitAxis(indices_or_sections, axis).apply((x,))
    return ys if force_tuple or len(ys) > 1 else ys[0]


def separate(x: Any, axis: int = 0) -> Any:
    """The slices of x along an axis, without that axis; the reverse of `stack`.

    Raises:
        InvalidType: x has no such axis.
    """
    x = as_variable(x)
    ndim = len(x.shape)
    require(-ndim <= axis < ndim, f"x.ndim > {axis}", f"{ndim} <= {axis}")
    axis %= ndim
    shape = x.shape[:axis] + x.shape[axis + 1 :]
    return tuple(reshape(piece, shape) for piece in split_axis(x, x.shape[axis], axis))
