"""simplified_dropconnect: a linear layer whose weights are dropped at random, for every sample anew."""

from __future__ import annotations

from typing import Any

from ... import backend, events
from ...utils.arguments import size_of_shape
from ...utils.random_state import snapshot
from ...utils.type_check import require, require_equal, require_float
from ...variable import Variable
from .. import either
from ..op import Example, Op

__all__ = ["simplified_dropconnect"]


class SimplifiedDropconnect(Op):
    """y = x (W masked)^T + b, where each weight is kept with probability 1 - ratio and grows by 1 / (1 - ratio)."""

    op_name = "simplified_dropconnect"
    x_roles = ("x", "W", "b")
    y_roles = ("y",)
    formula = (
        "M = mask / (1 - ratio);  y = x (W M)^T + b, row by row;  gx = gy (W M), row by row;  "
        "gW = sum over the rows of M gy^T x;  gb = sum of the rows of gy"
    )
    retained_x = (0, 1)

    def __init__(self, ratio: float, mask: Any = None, use_batchwise_mask: bool = True) -> None:
        if not 0.0 <= ratio < 1.0:
            raise ValueError(f"simplified_dropconnect: ratio must be in the range [0, 1), not {ratio}")
        self.ratio = ratio
        self.mask = mask
        self.use_batchwise_mask = use_batchwise_mask

    def attributes(self) -> dict[str, Any]:
        return {"ratio": self.ratio, "use_batchwise_mask": self.use_batchwise_mask}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x, W = inputs[0], inputs[1]
        require_float("x", x)
        require(x.ndim >= 2, "x.ndim >= 2", f"{x.ndim} < 2")
        require(W.ndim == 2, "W.ndim == 2", f"{W.ndim} != 2")
        for name, array in zip(("W", "b"), inputs[1:], strict=False):
            require_equal(f"{name}.dtype", array.dtype, "x.dtype", x.dtype)
        require_equal("prod(x.shape[1:])", size_of_shape(x.shape[1:]), "W.shape[1]", W.shape[1])
        if len(inputs) == 3:
            require_equal("b.shape", inputs[2].shape, "W.shape[:1]", W.shape[:1])
        self._draw(x, W)
        y = either.matmul(either.reshape(x, (len(x), 1, W.shape[1])), self._masked(W, len(x)), transb=True)
        y = y.reshape(len(x), W.shape[0])
        return (y + inputs[2] if len(inputs) == 3 else y,)

    def _draw(self, x: Any, W: Any) -> None:
        """The mask: given, or drawn for each sample or once for all."""
        xp = backend.get_array_module(x)
        shape = (len(x), *W.shape) if self.use_batchwise_mask else W.shape
        if self.mask is None:
            if events.observers:
                self.random_state = snapshot(xp)
            self.mask = xp.random.rand(*shape) >= self.ratio
        elif isinstance(self.mask, Variable):
            self.mask = self.mask.array
        require_equal("mask.shape", self.mask.shape, "W.shape behind the batch", shape)
        self.factors = self.mask.astype(x.dtype) * x.dtype.type(1 / (1 - self.ratio))

    def _masked(self, W: Any, count: int) -> Any:
        """(n, out, in): the weights of each sample."""
        shape = (count, *W.shape)
        factors = either.broadcast_to(self.factors, shape)
        return either.broadcast_to(either.reshape(W, (1, *W.shape)), shape) * factors

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        x, W = xs
        n, (out, size) = x.shape[0], W.shape
        gy = either.reshape(gys[0], (n, 1, out))
        gx = gW = gb = None
        if 0 in wanted:
            gx = either.reshape(either.matmul(gy, self._masked(W, n)), x.shape)
        if 1 in wanted:
            product = either.matmul(gy, either.reshape(x, (n, 1, size)), transa=True)
            gW = either.sum(product * either.broadcast_to(self.factors, (n, out, size)), 0)
        if 2 in wanted:
            gb = either.sum(gys[0], 0)
        return gx, gW, gb

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        mask = rng.uniform(size=(4, 2, 3)) > 0.5
        x, W, b = rng.normal(size=(4, 3)), rng.normal(size=(2, 3)), rng.normal(size=2)

        def once(x: Any, W: Any) -> Any:
            return simplified_dropconnect(x, W, mask=x.xp.asarray(mask[0]), use_batchwise_mask=False)

        return [
            Example(lambda x, W, b: simplified_dropconnect(x, W, b, mask=x.xp.asarray(mask)), (x, W, b)),
            Example(once, (x, W), "one mask for all, no bias"),
        ]


def simplified_dropconnect(
    x: Any,
    W: Any,
    b: Any = None,
    ratio: float = 0.5,
    train: bool = True,
    mask: Any = None,
    use_batchwise_mask: bool = True,
) -> Variable:
    """Multiply each sample by its own share of the weights, and add b.

    Args:
        x: variable or array (n, ...), float; the axes behind the first are flattened.
        W: (out, in).
        b: (out,), or None.
        ratio: the probability that a weight is dropped, in [0, 1).
        train: whether to drop at all. `config.train` doesn't matter here.
        mask: booleans of the weights to keep, (n, out, in); by default drawn.
        use_batchwise_mask: whether each sample has its own mask; else it is (out, in).

    Returns:
        Variable (n, out).

    Raises:
        InvalidType: shapes or dtypes don't fit.
        ValueError: ratio is out of range.

    Reference: Wan et al. 2013, without the sampling of the output that the paper proposes for evaluation.
    """
    op = SimplifiedDropconnect(ratio if train else 0, mask, use_batchwise_mask)
    return op.apply((x, W) if b is None else (x, W, b))[0]
