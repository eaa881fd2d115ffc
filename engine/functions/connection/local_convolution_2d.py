"""local_convolution_2d: a convolution with other weights at every place."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils import conv
from ...utils.type_check import require, require_equal, require_float
from ...variable import Variable
from .. import either
from ..array.im2col import Col2Im, Im2Col
from ..op import Example, Op

__all__ = ["local_convolution_2d"]


class LocalConvolution2DFunction(Op):
    """y at each place is the window of x there times the W of that place, plus b."""

    op_name = "local_convolution_2d"
    x_roles = ("x", "W", "b")
    y_roles = ("y",)
    formula = (
        "y[o, i, j] = sum of (window of x at i, j) W[o, i, j] + b[o, i, j];  "
        "gx = sum of W[o, i, j] gy[o, i, j] over all windows;  "
        "gW[o, i, j] = gy[o, i, j] (window of x at i, j), summed over the samples;  gb = gy summed over the samples"
    )
    retained_x = (0, 1)

    def __init__(self, stride: int | tuple[int, ...] = 1) -> None:
        self.stride = conv.as_tuple(stride, 2)

    def attributes(self) -> dict[str, Any]:
        return {"stride": list(self.stride)}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x, W = inputs[0], inputs[1]
        require_float("in_types[0]", x)
        require(x.ndim == 4, "in_types[0].ndim == 4", f"{x.ndim} != 4")
        require(W.ndim == 6, "in_types[1].ndim == 6", f"{W.ndim} != 6")
        require_equal("in_types[0].shape[1]", x.shape[1], "in_types[1].shape[3]", W.shape[3])
        if len(inputs) == 3:
            require(inputs[2].ndim == 3, "in_types[2].ndim == 3", f"{inputs[2].ndim} != 3")
            require_equal("in_types[2].shape", inputs[2].shape, "in_types[1].shape[:3]", W.shape[:3])
        for i, array in enumerate(inputs[1:], 1):
            require_equal(f"in_types[{i}].dtype", array.dtype, "in_types[0].dtype", x.dtype)
        out = tuple(
            conv.get_conv_outsize(size, k, s, 0)
            for size, k, s in zip(x.shape[2:], W.shape[4:], self.stride, strict=True)
        )
        require_equal("out_shape", out, "in_types[1].shape[1:3]", W.shape[1:3])
        product = backend.get_array_module(x).matmul(self._columns(x, W.shape), _by_place(W))
        y = product.reshape(*W.shape[1:3], x.shape[0], W.shape[0]).transpose(2, 3, 0, 1)
        return (y + inputs[2] if len(inputs) == 3 else y,)

    def _columns(self, x: Any, shape: tuple[int, ...]) -> Any:
        """The windows of x as (places, n, c kh kw)."""
        windows = Im2Col(shape[4:], self.stride, 0, False, 1)
        col = windows.apply((x,))[0] if isinstance(x, Variable) else windows.forward((x,))[0]
        n, rows, height, width = col.shape
        return either.reshape(either.transpose(col, (2, 3, 0, 1)), (height * width, n, rows))

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        x, W = xs
        (gy,) = gys
        out, height, width = W.shape[:3]
        n, rows = x.shape[0], x.shape[1] * W.shape[4] * W.shape[5]
        places = either.reshape(either.transpose(gy, (2, 3, 0, 1)), (height * width, n, out))
        gx = gW = gb = None
        if 0 in wanted:
            col = either.reshape(either.matmul(places, _by_place(W), transb=True), (height, width, n, rows))
            back = Col2Im(Im2Col(W.shape[4:], self.stride, 0, False, 1), tuple(x.shape[2:]))
            col = either.transpose(col, (2, 3, 0, 1))
            gx = back.apply((col,))[0] if isinstance(col, Variable) else back.forward((col,))[0]
        if 1 in wanted:
            product = either.matmul(places, self._columns(x, W.shape), transa=True)
            whole = either.reshape(product, (height, width, out, *W.shape[3:]))
            gW = either.transpose(whole, (2, 0, 1, 3, 4, 5))
        if 2 in wanted:
            gb = either.sum(gy, 0)
        return gx, gW, gb

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.normal(size=(2, 2, 4, 3))
        return [
            Example(
                local_convolution_2d, (x, rng.normal(size=(3, 3, 2, 2, 2, 2)), rng.normal(size=(3, 3, 2)))
            ),
            Example(
                lambda x, W: local_convolution_2d(x, W, stride=(2, 1)),
                (x, rng.normal(size=(1, 2, 2, 2, 2, 2))),
                "stride, no bias",
            ),
        ]


def _by_place(W: Any) -> Any:
    """The weights as (places, c kh kw, out)."""
    out, height, width, *rest = W.shape
    rows = rest[0] * rest[1] * rest[2]
    return either.reshape(either.transpose(W, (1, 2, 3, 4, 5, 0)), (height * width, rows, out))


def local_convolution_2d(x: Any, W: Any, b: Any = None, stride: Any = 1) -> Variable:
    """A convolution whose weights are not shared between places.

    Args:
        x: variable or array (n, c, h, w), float.
        W: (out, out_h, out_w, c, kh, kw), of the same dtype: the filter of every place.
        b: (out, out_h, out_w), or None.
        stride: a number, or a pair for height and width.

    Returns:
        Variable (n, out, out_h, out_w).

    Raises:
        InvalidType: shapes or dtypes don't fit.
    """
    inputs = (x, W) if b is None else (x, W, b)
    return LocalConvolution2DFunction(stride).apply(inputs)[0]
