"""The fully connected layer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...functions.connection.linear import linear
from ...initializers import get_initializer
from ...link import Link
from ...parameter import Parameter
from ...utils import size_of_shape

__all__ = ["Linear"]


class Linear(Link):
    """`y = x W^T + b`.

    Args:
        in_size: length of one input vector; None: seen at the first call. `Linear(n)` is `Linear(None, n)`.
        out_size: length of one output vector.
        nobias: whether to do without `b`.
        initialW: fills `W`; an initializer, a number or an array; by default LeCun's normal.
        initial_bias: fills `b`, likewise; by default zeros.

    Attributes:
        W: Parameter of shape (out_size, in_size).
        b: Parameter of shape (out_size,), or None.
    """

    def __init__(
        self,
        in_size: int | None,
        out_size: int | None = None,
        nobias: bool = False,
        initialW: Any = None,
        initial_bias: Any = None,
    ) -> None:
        super().__init__()
        if out_size is None:
            in_size, out_size = None, in_size
        for what, size in (("in_size", in_size), ("out_size", out_size)):
            _check_size(what, size, optional=what == "in_size")
        self.in_size = in_size
        self.out_size: Any = out_size
        self.nobias = nobias
        with self.init_scope():
            self.W = Parameter(get_initializer(initialW))
            if in_size is not None:
                self._initialize_params(in_size)
            if nobias:
                self.b = None
            else:
                self.b = Parameter(get_initializer(0 if initial_bias is None else initial_bias), out_size)

    @classmethod
    def from_params(cls, W: Any, b: Any = None, nobias: bool = False) -> Linear:
        """A layer with these weights.

        Args:
            W: array or variable of shape (out_size, in_size).
            b: array or variable of shape (out_size,), or None with `nobias`.
        """
        out_size, in_size = W.shape
        W, b = (getattr(value, "array", value) for value in (W, b))
        link = cls(in_size, out_size, nobias or b is None, initialW=W, initial_bias=b)
        link.W.array = W
        if link.b is not None:
            link.b.array = b
        return link

    def _initialize_params(self, in_size: int) -> None:
        self.W.initialize((self.out_size, in_size))

    def forward(self, x: Any, n_batch_axes: int = 1) -> Any:
        """Apply the layer.

        Args:
            x: variable or array; the first `n_batch_axes` axes count the vectors, all others are one vector.
            n_batch_axes: how many axes of `x` the output keeps.

        Returns:
            Variable of shape `x.shape[:n_batch_axes] + (out_size,)`.

        Raises:
            InvalidType: the vectors have another length than `in_size`.
        """
        if self.W._data is None:
            _check_x(x, n_batch_axes)
            self._initialize_params(size_of_shape(x.shape[n_batch_axes:]))
        return linear(x, self.W, self.b, n_batch_axes=n_batch_axes)

    @property
    def printable_specs(self) -> Iterator[tuple[str, Any]]:
        yield "in_size", self.in_size
        yield "out_size", self.out_size
        yield "nobias", self.nobias


def _check_size(what: str, size: Any, optional: bool) -> None:
    if size is None and optional:
        return
    try:
        positive = size.__index__() >= 0
    except AttributeError:
        kind = "a whole number or None" if optional else "a whole number"
        raise TypeError(f"Linear: {what} must be {kind}, not {size!r}") from None
    if not positive:
        raise ValueError(f"Linear: {what} must not be negative, but it is {size}")


def _check_x(x: Any, n_batch_axes: int) -> None:
    shape = getattr(x, "shape", None)
    if shape is None:
        raise TypeError(f"Linear: x must be a variable or an array, not {type(x).__name__}")
    if len(shape) <= n_batch_axes:
        raise ValueError(
            f"Linear: x has shape {tuple(shape)}, but it needs more than {n_batch_axes} axes: "
            "the first count the vectors, the others are one vector (x[None] makes a batch of one)"
        )
