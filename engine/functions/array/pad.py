"""pad: elements added at the ends of axes; pad_sequence: sequences made equally long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy

from ... import backend
from ...utils.type_check import InvalidType, require, require_equal, require_float
from ..op import Example, Op
from .get_item import scattered

__all__ = ["pad", "pad_sequence"]

_PICKING = ("edge", "reflect", "symmetric", "wrap")


class Pad(Op):
    """y is x with elements added at the ends of its axes."""

    op_name = "pad"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = x with elements added around;  gx = gy without them (and what they repeat of x, added up)"

    def __init__(self, pad_width: Any, mode: str, **keywords: Any) -> None:
        self.pad_width = pad_width
        self.mode = mode
        self.keywords = keywords

    @classmethod
    def of_settings(cls, settings: Mapping[str, Any]) -> Pad:
        others = {name: value for name, value in settings.items() if name != "keywords"}
        return cls(**others, **settings.get("keywords", {}))

    def attributes(self) -> dict[str, Any]:
        return {"pad_width": str(self.pad_width), "mode": self.mode}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        return (backend.get_array_module(x).pad(x, self.pad_width, mode=self.mode, **self.keywords),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (gy,) = gys
        shape = self.inputs[0].shape  # type: ignore[index]
        widths = numpy.broadcast_to(numpy.asarray(self.pad_width), (len(shape), 2))
        if self.mode == "constant":
            return (gy[tuple(slice(int(w), int(w) + n) for (w, _), n in zip(widths, shape, strict=True))],)
        if self.mode not in _PICKING:
            raise ValueError(f"pad: there is no backward rule for mode {self.mode!r}")
        places = [
            numpy.pad(numpy.arange(n), tuple(w), mode=self.mode, **self.keywords)  # type: ignore[call-overload]
            for w, n in zip(widths.tolist(), shape, strict=True)
        ]
        xp = backend.get_array_module(getattr(gy, "array", gy))
        return (scattered(gy, tuple(map(xp.asarray, numpy.ix_(*places))), shape),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.normal(size=(2, 3))
        return [
            Example(lambda x: pad(x, ((1, 0), (2, 1)), "constant", constant_values=3), (x,)),
            Example(lambda x: pad(x, ((1, 0), (2, 1)), "edge"), (x,), "edge"),
            Example(lambda x: pad(x, 1, "reflect"), (x,), "reflect"),
        ]


class PadSequence(Op):
    """y is a matrix whose rows are the x, each filled up behind its end."""

    op_name = "pad_sequence"
    y_roles = ("y",)
    formula = "y[i] = x[i], filled up to one length;  gx[i] = the first elements of gy[i]"

    def __init__(self, length: int | None, padding: float) -> None:
        self.length = length
        self.padding = padding

    def attributes(self) -> dict[str, Any]:
        return {"length": self.length, "padding": self.padding}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        require(len(inputs) > 0, "in_types.size > 0", "0 <= 0")
        for i, x in enumerate(inputs):
            require(x.ndim > 0, f"x{i}.ndim > 0", f"{x.ndim} <= 0")
            require_equal(f"x{i}.dtype", x.dtype, "x0.dtype", inputs[0].dtype)
            require_equal(f"x{i}.shape[1:]", x.shape[1:], "x0.shape[1:]", inputs[0].shape[1:])
            if self.length is not None and len(x) > self.length:
                raise InvalidType(f"x{i}.shape[0] <= {self.length}", f"{len(x)} > {self.length}")
        xp = backend.get_array_module(*inputs)
        length = max(map(len, inputs), default=0) if self.length is None else self.length
        y = xp.full((len(inputs), length, *inputs[0].shape[1:]), self.padding, inputs[0].dtype)
        for row, x in zip(y, inputs, strict=True):
            row[: len(x)] = x
        return (y,)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        assert self.inputs is not None
        return tuple(gys[0][i, : node.shape[0]] for i, node in enumerate(self.inputs))

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        xs = tuple(rng.normal(size=(length, 2)) for length in (1, 3, 2))
        return [
            Example(lambda *xs: pad_sequence(xs), xs),
            Example(lambda *xs: pad_sequence(xs, 4, -1), xs, "a length"),
        ]


def pad(x: Any, pad_width: Any, mode: str, **keywords: Any) -> Any:
    """x with elements added at the ends of its axes, as `numpy.pad` does it.

    Args:
        x: variable or array.
        pad_width: how many: a number, a pair, or a pair an axis.
        mode: `constant`, `edge`, `reflect`, `symmetric` or `wrap`; for others of NumPy's there is no gradient.
        keywords: such as `constant_values`.
    """
    return Pad(pad_width, mode, **keywords).apply((x,))[0]


def pad_sequence(xs: Any, length: int | None = None, padding: float = 0) -> Any:
    """Sequences as rows of one array, filled up behind their ends.

    Args:
        xs: list or tuple of variables or arrays (length, ...), of one dtype.
        length: of the rows; None takes that of the longest.
        padding: what to fill with.

    Returns:
        Variable (len(xs), length, ...).

    Raises:
        InvalidType: a sequence is longer than `length`, or of another dtype or shape.
    """
    return PadSequence(length, padding).apply(xs)[0]
