"""r2_score: how much of the variance a regression explains."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require_equal, require_float
from ..op import Example, Op

__all__ = ["r2_score"]


class R2Score(Op):
    """y = 1 - the sum of (x - t)^2 / the sum of (t - mean t)^2; 0 where t doesn't vary."""

    op_name = "r2_score"
    called = True
    x_roles = ("x", "t")
    y_roles = ("y",)
    formula = "y = 1 - sum of (x - t)^2 / sum of (t - mean t)^2, the mean over the columns;  no gradient"
    differentiable = False

    @property
    def label(self) -> str:
        return "R2_score"

    kept_as = {"sample_weight": None}

    def __init__(self, sample_weight: Any = None, multioutput: str = "uniform_average") -> None:
        if sample_weight is not None:
            raise NotImplementedError("r2_score: sample_weight is not supported")
        if multioutput not in ("uniform_average", "raw_values"):
            raise ValueError(f"invalid multioutput argument: {multioutput!r}")
        self.multioutput = multioutput

    def attributes(self) -> dict[str, Any]:
        return {"multioutput": self.multioutput}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x, t = inputs
        require_float("pred", x)
        require_float("true", t)
        require_equal("pred.shape", x.shape, "true.shape", t.shape)
        xp = backend.get_array_module(x, t)
        error = ((x - t) ** 2).sum(axis=0)
        spread = ((t - t.mean(axis=0)) ** 2).sum(axis=0)
        score = xp.where(spread != 0, 1 - error / xp.where(spread != 0, spread, 1), 0)
        if self.multioutput == "uniform_average":
            score = score.mean()
        return (xp.asarray(score.astype(x.dtype)),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        return None, None

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        p = rng.normal(size=(4, 2))
        return [  # an op without gradient must have no slope in its examples: t that doesn't vary scores 0
            Example(lambda x: r2_score(x, x.xp.ones_like(x.array)), (p,)),
            Example(
                lambda x: r2_score(x, x.xp.ones_like(x.array), None, "raw_values"), (p,), "a score a column"
            ),
        ]


def r2_score(pred: Any, true: Any, sample_weight: Any = None, multioutput: str = "uniform_average") -> Any:
    """The coefficient of determination of a regression.

    Args:
        pred, true: variables or arrays (n, ...) of one shape, float.
        sample_weight: must be None.
        multioutput: `uniform_average` gives one number, `raw_values` one a column.

    Raises:
        InvalidType: shapes differ.
        ValueError: multioutput is neither.
    """
    return R2Score(sample_weight, multioutput).apply((pred, true))[0]
