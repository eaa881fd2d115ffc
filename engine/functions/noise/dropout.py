"""dropout: elements set to zero at random while training."""

from __future__ import annotations

from typing import Any

from ... import backend, events
from ...configuration import config
from ...utils.arguments import TRAIN_REMOVED, parse_kwargs
from ...utils.random_state import snapshot
from ...utils.type_check import require_float
from ...variable import as_variable
from ..op import Example, Op

__all__ = ["dropout"]


class Dropout(Op):
    """y = x * mask, where each element of the mask is 0 with probability `ratio`, else 1 / (1 - ratio)."""

    op_name = "dropout"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = x * mask;  gx = gy * mask"

    kept_as = {"dropout_ratio": "ratio", "return_mask": None}

    def __init__(self, dropout_ratio: float, mask: Any = None, return_mask: bool = False) -> None:
        if not 0.0 <= dropout_ratio < 1.0:
            raise ValueError(f"dropout: ratio must be in the range [0, 1), not {dropout_ratio}")
        self.ratio = dropout_ratio
        self.mask = mask

    def attributes(self) -> dict[str, Any]:
        return {"ratio": self.ratio}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        if self.mask is None:
            xp = backend.get_array_module(x)
            if events.observers:
                self.random_state = snapshot(xp)
            scale = x.dtype.type(1.0 / (1 - self.ratio))
            self.mask = scale * (xp.random.rand(*x.shape) >= self.ratio)
        elif self.mask.shape != x.shape and not _stretches(self.mask.shape, x.shape):
            raise ValueError(f"dropout: the mask has shape {self.mask.shape}, x has {x.shape}")
        return (x * self.mask,)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        return (gys[0] * self.mask,)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        kept = rng.uniform(size=(3, 4)) > 0.3

        def drop(x: Any) -> Any:
            return dropout(x, 0.3, mask=x.xp.asarray((kept / 0.7).astype(x.dtype)))

        return [Example(drop, (rng.normal(size=(3, 4)),))]


def _stretches(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    """Whether an array of that shape is stretched by what has the shape `to`."""
    return len(shape) <= len(to) and all(
        n in (1, m) for n, m in zip(reversed(shape), reversed(to), strict=False)
    )


def dropout(x: Any, ratio: float = 0.5, *, mask: Any = None, return_mask: bool = False, **kwargs: Any) -> Any:
    """x with elements set to zero at random and the others scaled up; x itself if `config.train` is false.

    Args:
        x: variable or array, float.
        ratio: the probability of zero, in [0, 1).
        mask: array to multiply with, instead of a random one; of the shape of x, or one that is stretched to it.
        return_mask: give the mask, too.

    Returns:
        Variable, or the pair (variable, mask array or None).

    Raises:
        ValueError: ratio is out of range, the mask's shape doesn't fit, or `train` was passed.
    """
    parse_kwargs(kwargs, train=TRAIN_REMOVED)
    if not config.train:
        y = as_variable(x)
        return (y, None) if return_mask else y
    op = Dropout(ratio, mask)
    (y,) = op.apply((x,))
    return (y, op.mask) if return_mask else y
