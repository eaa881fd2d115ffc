"""depth2space and space2depth: channels laid out as pixels, and back."""

from __future__ import annotations

from typing import Any

from ...utils.type_check import require_equal, require_float
from .. import either
from ..op import Example, Op

__all__ = ["depth2space", "space2depth"]


class Depth2Space(Op):
    """y has each r * r channels of a pixel of x as r * r pixels."""

    op_name = "depth2space"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = r * r channels of x as pixels;  gx = r * r pixels of gy as channels"

    def __init__(self, r: int) -> None:
        self.r = r

    def attributes(self) -> dict[str, Any]:
        return {"r": self.r}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("X", x)
        require_equal("X.ndim", x.ndim, "4", 4)
        return (_to_space(x, self.r),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        return (_to_depth(gys[0], self.r),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(lambda x: depth2space(x, 2), (rng.normal(size=(2, 8, 1, 2)),))]


class Space2Depth(Op):
    """y has each r * r pixels of x as channels of one pixel."""

    op_name = "space2depth"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = r * r pixels of x as channels;  gx = r * r channels of gy as pixels"

    def __init__(self, r: int) -> None:
        self.r = r

    def attributes(self) -> dict[str, Any]:
        return {"r": self.r}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("X", x)
        require_equal("X.ndim", x.ndim, "4", 4)
        return (_to_depth(x, self.r),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        return (_to_space(gys[0], self.r),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(lambda x: space2depth(x, 2), (rng.normal(size=(2, 2, 2, 4)),))]


def _to_space(x: Any, r: int) -> Any:
    n, c, h, w = x.shape
    x = either.transpose(either.reshape(x, (n, r, r, c // r**2, h, w)), (0, 3, 4, 1, 5, 2))
    return either.reshape(x, (n, c // r**2, h * r, w * r))


def _to_depth(x: Any, r: int) -> Any:
    n, c, h, w = x.shape
    x = either.transpose(either.reshape(x, (n, c, h // r, r, w // r, r)), (0, 3, 5, 1, 2, 4))
    return either.reshape(x, (n, c * r**2, h // r, w // r))


def depth2space(X: Any, r: int) -> Any:
    """Images with r * r times fewer channels, r times as high and wide.

    Args:
        X: variable or array (n, r * r * c, h, w), float.
        r: the factor.

    Raises:
        InvalidType: X holds no images.
        ValueError: the channels or pixels can't be divided like that.
    """
    return Depth2Space(r).apply((X,))[0]


def space2depth(X: Any, r: int) -> Any:
    """Images with r * r times as many channels, r times less high and wide.

    Args:
        X: variable or array (n, c, r * h, r * w), float.
        r: the factor.

    Raises:
        InvalidType: X holds no images.
        ValueError: the channels or pixels can't be divided like that.
    """
    return Space2Depth(r).apply((X,))[0]
