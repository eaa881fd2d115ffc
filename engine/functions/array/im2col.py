"""im2col: the windows of a convolution as an array; and its reverse."""

from __future__ import annotations

from typing import Any

from ...errors import InvalidWindow
from ...utils import conv
from ...utils.type_check import require, require_equal, require_float
from ...variable import Variable
from ..op import Example, Op

__all__ = ["im2col"]


class Im2Col(Op):
    """y holds all windows of x, with the elements of a window as channels."""

    op_name = "im2col"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = windows of x;  gx = each gy added where it was taken from"

    def __init__(self, ksize: Any, stride: Any, pad: Any, cover_all: bool, dilate: Any) -> None:
        self.ksize = conv.as_tuple(ksize, 2)
        self.stride = conv.as_tuple(stride, 2)
        self.pad = conv.as_tuple(pad, 2)
        self.dilate = conv.as_tuple(dilate, 2)
        self.cover_all = cover_all

    def attributes(self) -> dict[str, Any]:
        return {"ksize": list(self.ksize), "stride": list(self.stride), "pad": list(self.pad)}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        require_equal("x.ndim", x.ndim, "4", 4)
        out_lengths = [
            conv.get_conv_outsize(size, k, s, p, self.cover_all, d)
            for size, k, s, p, d in zip(
                x.shape[2:], self.ksize, self.stride, self.pad, self.dilate, strict=True
            )
        ]
        fits = min(out_lengths) > 0
        require(fits, f"windows of {self.ksize} fit into x", f"x.shape = {x.shape}", InvalidWindow)
        col = conv.im2col_nd(x, self.ksize, self.stride, self.pad, 0, self.cover_all, self.dilate)
        n, c, kh, kw, *out = col.shape
        return (col.reshape((n, c * kh * kw, *out)),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        lengths = self.inputs[0].shape[2:]  # type: ignore[index]
        (gy,) = gys
        if isinstance(gy, Variable):
            return Col2Im(self, lengths).apply((gy,))
        return (_put_back(gy, self, lengths),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.normal(size=(2, 2, 4, 3))
        return [
            Example(lambda x: im2col(x, 2), (x,)),
            Example(lambda x: im2col(x, 2, 2, 1, True, (1, 2)), (x,), "stride, pad, dilate"),
        ]


class Col2Im(Op):
    """y holds each window of x added where `im2col` took it from: the gradient of that."""

    op_name = "col2im"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = windows x added into an image;  gx = windows of gy"
    kept_as = {"forward": "windows"}

    def __init__(self, forward: Im2Col, lengths: tuple[int, ...]) -> None:
        self.windows = forward
        self.lengths = lengths

    @property
    def label(self) -> str:
        return "Im2ColGrad"

    def attributes(self) -> dict[str, Any]:
        return {**self.windows.attributes(), "lengths": list(self.lengths)}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        return (_put_back(inputs[0], self.windows, self.lengths),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        w = self.windows
        again = Im2Col(w.ksize, w.stride, w.pad, w.cover_all, w.dilate)
        return again.apply(gys) if isinstance(gys[0], Variable) else again.forward(gys)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        windows = Im2Col(2, 1, 0, False, 1)
        return [Example(lambda x: Col2Im(windows, (3, 3)).apply((x,))[0], (rng.normal(size=(1, 8, 2, 2)),))]


def _put_back(col: Any, windows: Im2Col, lengths: tuple[int, ...]) -> Any:
    n, channels, *out = col.shape
    kh, kw = windows.ksize
    col = col.reshape((n, channels // (kh * kw), kh, kw, *out))
    return conv.col2im_nd(col, windows.stride, windows.pad, lengths, windows.dilate)


def im2col(
    x: Any, ksize: Any, stride: Any = 1, pad: Any = 0, cover_all: bool = False, dilate: Any = 1
) -> Any:
    """All windows of x, as a convolution sees them.

    Args:
        x: variable or array (n, c, h, w), float.
        ksize, stride, pad, dilate: a number, or a pair for height and width.
        cover_all: let a last window hang over the end, so that every pixel is in one.

    Returns:
        Variable (n, c * kh * kw, out_h, out_w).

    Raises:
        InvalidType: x holds no images.
    """
    return Im2Col(ksize, stride, pad, cover_all, dilate).apply((x,))[0]
