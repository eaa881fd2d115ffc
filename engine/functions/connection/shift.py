"""shift: each channel of an image moved by its own step, a kernel without weights."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.conv import as_tuple
from ...utils.type_check import require, require_float
from ...variable import Variable
from ..op import Example, Op

__all__ = ["shift"]


class Shift(Op):
    """y is x with every channel moved by a step of its own; what comes in at the edge is 0."""

    op_name = "shift"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y[c, i, j] = x[c, i - dy_c, j - dx_c];  gx[c, i, j] = gy[c, i + dy_c, j + dx_c]"

    kept_as = {"ksize": "kernel"}

    def __init__(
        self, ksize: int | tuple[int, ...] = 3, dilate: int | tuple[int, ...] = 1, back: bool = False
    ) -> None:
        self.kernel = as_tuple(ksize, 2)
        self.dilate = as_tuple(dilate, 2)
        for name, size in zip(("kh", "kw"), self.kernel, strict=True):
            if size % 2 == 0:
                raise ValueError(f"{name} must be odd, but it is {size}: the kernel needs a middle")
        self.back = back

    @property
    def label(self) -> str:
        return "Shift"

    def attributes(self) -> dict[str, Any]:
        return {"ksize": list(self.kernel), "dilate": list(self.dilate), "back": self.back}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        places = self.kernel[0] * self.kernel[1]
        require_float("x", x)
        require(x.ndim == 4, "x.ndim == 4", f"{x.ndim} != 4")
        require(x.shape[1] >= places, f"x.shape[1] >= {places}", f"{x.shape[1]} < {places}")
        return (self._shifted(x),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        reverse = Shift(self.kernel, self.dilate, not self.back)
        (gy,) = gys
        return (reverse.apply((gy,))[0] if isinstance(gy, Variable) else reverse._shifted(gy),)

    def _shifted(self, x: Any) -> Any:
        y = backend.get_array_module(x).zeros_like(x)
        for channels, dy, dx in self._moves(x.shape[1]):
            to_rows, from_rows = _overlap(dy, x.shape[2])
            to_columns, from_columns = _overlap(dx, x.shape[3])
            y[:, channels, to_rows, to_columns] = x[:, channels, from_rows, from_columns]
        return y

    def _moves(self, channel_count: int) -> list[tuple[slice, int, int]]:
        """Which channels move how far.

        Each place of the kernel gets equally many channels, in order, except that the middle one changes places
        with the last one: so the channels that are left over stay where they are, too.
        """
        kh, kw = self.kernel
        places = kh * kw
        order = list(range(places))
        order[places // 2], order[-1] = order[-1], order[places // 2]
        size = channel_count // places
        sign = -1 if self.back else 1
        moves = []
        for number, place in enumerate(order):
            end = channel_count if number == places - 1 else (number + 1) * size
            dy = sign * (place // kw - kh // 2) * self.dilate[0]
            dx = sign * (place % kw - kw // 2) * self.dilate[1]
            moves.append((slice(number * size, end), dy, dx))
        return moves

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [
            Example(shift, (rng.normal(size=(2, 10, 4, 3)),)),
            Example(
                lambda x: shift(x, (3, 1), 2), (rng.normal(size=(1, 6, 3, 2)),), "dilated, beyond the edge"
            ),
        ]


def _overlap(step: int, length: int) -> tuple[slice, slice]:
    """Where a row that moves by `step` goes to, and where that comes from."""
    kept = max(length - abs(step), 0)
    ahead, behind = slice(length - kept, length), slice(0, kept)
    return (ahead, behind) if step > 0 else (behind, ahead)


def shift(x: Any, ksize: Any = 3, dilate: Any = 1) -> Variable:
    """Move each group of channels by another step: the steps that a kernel of `ksize` takes.

    Args:
        x: variable or array (n, c, h, w), float; c is at least the number of the kernel's places.
        ksize: odd number, or pair of them.
        dilate: how far apart the kernel's places are; a number or a pair.

    Raises:
        InvalidType: x has other axes or too few channels.
        ValueError: the kernel has no middle.

    Reference: Wu et al. 2017, Shift: A Zero FLOP, Zero Parameter Alternative to Spatial Convolutions.
    """
    return Shift(ksize, dilate).apply((x,))[0]
