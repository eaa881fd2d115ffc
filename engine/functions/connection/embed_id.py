"""embed_id: rows of a table, picked by number."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require, require_equal, require_float
from ...variable import Variable, as_variable
from ..array.adding_rows import add_rows_at
from ..op import Example, Op

__all__ = ["embed_id"]


class EmbedID(Op):
    """y = W[x]: a row of W for every number in x."""

    op_name = "embed_id"
    x_roles = ("x", "W")
    y_roles = ("y",)
    formula = "y = W[x];  gW = zeros with the gy of every use of a row added to it;  x are numbers, no gx"
    retained_x = (0,)

    @property
    def label(self) -> str:
        return "EmbedIDFunction"

    def __init__(self, ignore_label: int | None = None) -> None:
        self.ignore_label = ignore_label

    def attributes(self) -> dict[str, Any]:
        return {"ignore_label": self.ignore_label}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x, W = inputs
        require(x.dtype.kind == "i", "x.dtype.kind == i", f"{x.dtype.kind} != i")
        require(x.ndim >= 1, "x.ndim >= 1", f"{x.ndim} < 1")
        require_float("W", W)
        require_equal("W.ndim", W.ndim, "2", 2)
        self._check_numbers(x, W)
        if self.ignore_label is None:
            return (W[x],)
        xp = backend.get_array_module(x, W)
        ignored = x == self.ignore_label
        return (xp.where(ignored[..., None], W.dtype.type(0), W[xp.where(ignored, 0, x)]),)

    def _check_numbers(self, x: Any, W: Any) -> None:
        if backend.get_array_module(x).__name__ != "numpy" or not x.size:
            return  # on a device this look would wait for the device
        wrong = (x < 0) | (x >= len(W))
        if self.ignore_label is not None:
            wrong &= x != self.ignore_label
        if wrong.any():
            raise ValueError(
                f"embed_id: each not ignored x must satisfy 0 <= x < len(W) = {len(W)}; found {x[wrong].flat[0]}"
            )

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (x,) = xs
        W = self.inputs[1]  # type: ignore[index]
        (gy,) = gys
        if isinstance(gy, Variable):
            return None, EmbedIDGrad(W.shape, self.ignore_label).apply((x, gy))[0]
        return None, add_rows(x, gy, W.shape, self.ignore_label)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        numbers = rng.integers(0, 4, size=(2, 3)).astype("i4")
        return [
            Example(lambda W: embed_id(W.xp.asarray(numbers), W), (rng.normal(size=(4, 2)),)),
            Example(
                lambda W: embed_id(W.xp.asarray(numbers), W, ignore_label=1),
                (rng.normal(size=(4, 2)),),
                "ignore",
            ),
        ]


class EmbedIDGrad(Op):
    """y is zeros, with each row of gy added to the row that its number names."""

    op_name = "embed_id_grad"
    x_roles = ("x", "gy")
    y_roles = ("gW",)
    formula = "gW = zeros with gy added to the rows x;  ggy = ggW[x];  x are numbers, no gx"
    retained_x = (0,)

    kept_as = {"w_shape": "shape"}

    def __init__(self, w_shape: tuple[int, ...], ignore_label: int | None = None) -> None:
        self.shape = w_shape
        self.ignore_label = ignore_label

    @property
    def label(self) -> str:
        return "EmbedIDGrad"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        return (add_rows(inputs[0], inputs[1], self.shape, self.ignore_label),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (x,) = xs
        (ggW,) = gys
        if isinstance(ggW, Variable):
            return None, EmbedID(self.ignore_label).apply((as_variable(x), ggW))[0]
        return None, EmbedID(self.ignore_label).forward((x, ggW))[0]

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        numbers = rng.integers(0, 4, size=(2, 3)).astype("i4")
        return [
            Example(
                lambda gy: EmbedIDGrad((4, 2), None).apply((gy.xp.asarray(numbers), gy))[0],
                (rng.normal(size=(2, 3, 2)),),
            )
        ]


def add_rows(x: Any, gy: Any, shape: tuple[int, ...], ignore_label: int | None) -> Any:
    """A table of zeros with each row of `gy` added to the row whose number is in `x`."""
    xp = backend.get_array_module(gy)
    gW = xp.zeros(shape, gy.dtype)
    rows = gy.reshape(x.size, -1)
    numbers = x.reshape(-1)
    if ignore_label is not None:
        counted = numbers != ignore_label
        rows = rows * counted.astype(gy.dtype).reshape(-1, 1)
        numbers = xp.where(counted, numbers, 0)
    if len(numbers):
        add_rows_at(gW, numbers, rows)
    return gW


def embed_id(x: Any, W: Any, ignore_label: int | None = None) -> Any:
    """The rows of W whose numbers are in x.

    Args:
        x: integers of any shape.
        W: variable or array (rows, columns), float.
        ignore_label: a number that stands for no row: its result is zeros.

    Returns:
        Variable of shape (*x.shape, columns).

    Raises:
        InvalidType: x holds no integers, or W isn't a table.
        ValueError: a number is no row.
    """
    return EmbedID(ignore_label).apply((x, W))[0]
