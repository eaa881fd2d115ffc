"""zoneout: elements of a recurrent state kept at random while training."""

from __future__ import annotations

from typing import Any

from ... import backend, events
from ...configuration import config
from ...utils.arguments import TRAIN_REMOVED, parse_kwargs
from ...utils.random_state import snapshot
from ...utils.type_check import require_equal, require_float
from ...variable import as_variable
from ..op import Example, Op

__all__ = ["zoneout"]


class Zoneout(Op):
    """y = h where a mask says so, with probability `ratio`, else x."""

    op_name = "zoneout"
    x_roles = ("h", "x")
    y_roles = ("y",)
    formula = "y = x where mask, else h;  gh = 0 where mask, else gy;  gx = gy where mask, else 0"

    kept_as = {"zoneout_ratio": "ratio"}

    def __init__(self, zoneout_ratio: float, mask: Any = None) -> None:
        if not 0.0 <= zoneout_ratio <= 1.0:
            raise ValueError(f"zoneout: ratio must be in the range [0, 1], not {zoneout_ratio}")
        self.ratio = zoneout_ratio
        self.mask = mask

    def attributes(self) -> dict[str, Any]:
        return {"ratio": self.ratio}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        h, x = inputs
        require_float("h", h)
        require_equal("h.dtype", h.dtype, "x.dtype", x.dtype)
        require_equal("h.shape", h.shape, "x.shape", x.shape)
        if self.mask is None:
            xp = backend.get_array_module(h, x)
            if events.observers:
                self.random_state = snapshot(xp)
            self.mask = xp.random.rand(*x.shape) >= self.ratio
        self.takes_x = self.mask.astype(x.dtype)
        return (h * (1 - self.takes_x) + x * self.takes_x,)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (gy,) = gys
        return gy * (1 - self.takes_x), gy * self.takes_x

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        kept = rng.uniform(size=(2, 3)) > 0.5

        def zoned(h: Any, x: Any) -> Any:
            return Zoneout(0.5, h.xp.asarray(kept)).apply((h, x))[0]

        return [Example(zoned, (rng.normal(size=(2, 3)), rng.normal(size=(2, 3))))]


def zoneout(h: Any, x: Any, ratio: float = 0.5, **kwargs: Any) -> Any:
    """x, with elements kept from h at random while training; in evaluation x itself.

    Args:
        h: variable or array, float: the state before.
        x: of the same shape and dtype: the new state.
        ratio: the probability of keeping, in [0, 1).

    Raises:
        InvalidType: shapes or dtypes differ.
        ValueError: ratio is out of range.

    Reference: Krueger et al. 2016.
    """
    parse_kwargs(kwargs, train=TRAIN_REMOVED)
    if config.train:
        return Zoneout(ratio).apply((h, x))[0]
    return as_variable(x)
