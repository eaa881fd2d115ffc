"""What several losses ask of their inputs; no losses here."""

from __future__ import annotations

from typing import Any

from ...utils.type_check import require, require_equal, require_float

__all__ = ["reduced", "require_choice", "require_labels", "require_pair"]


def require_pair(x0: Any, x1: Any) -> None:
    """Raise `InvalidType` unless both arrays are float, of one dtype and one shape."""
    require_float("x0", x0)
    require_equal("x0.dtype", x0.dtype, "x1.dtype", x1.dtype)
    require_equal("x0.shape", x0.shape, "x1.shape", x1.shape)


def require_labels(t: Any) -> None:
    """Raise `InvalidType` unless the labels are signed integers."""
    require(t.dtype.kind == "i", "t.dtype.kind == i", f"{t.dtype.kind} != i")


def require_choice(reduce: str, choices: tuple[str, ...] = ("mean", "no")) -> None:
    """Raise `ValueError` unless `reduce` is one of the choices."""
    if reduce not in choices:
        *others, last = map(repr, choices)
        raise ValueError(
            f"only {', '.join(others)} and {last} are valid for 'reduce', but {reduce!r} is given"
        )


def reduced(loss: Any, reduce: str) -> Any:
    """A loss for each element, as `reduce` says: their `sum`, their `mean`, or as it is (`no`).

    Args:
        loss: variable.
        reduce: `sum`, `mean` or `no`.
    """
    from ..math.average import average
    from ..math.sum import sum

    if reduce == "sum":
        return sum(loss)
    return average(loss) if reduce == "mean" else loss
