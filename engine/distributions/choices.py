"""What the distributions of one of k classes share."""

from __future__ import annotations

from typing import Any

from ..distribution import Distribution
from ..functions import log
from ..variable import as_variable

__all__ = ["OfClasses", "draw_classes"]


class OfClasses(Distribution):
    """Base of distributions of one of k classes.

    Args:
        p: the classes' probabilities, (*batch_shape, k), variable or array.
    """

    def __init__(self, p: Any) -> None:
        self._p: Any = as_variable(p)

    @property
    def p(self) -> Any:
        """The probability of each class, (*batch_shape, k), as a variable."""
        return self._p

    @property
    def log_p(self) -> Any:
        """The logarithms of the probabilities, likewise."""
        return log(self.p)

    @property
    def params(self) -> dict[str, Any]:
        return {"p": self.p}

    @property
    def batch_shape(self) -> tuple[int, ...]:
        return self.p.shape[:-1]


def draw_classes(xp: Any, p: Any, n: int) -> Any:
    """Draw n class numbers for each row of an array of probabilities.

    Args:
        xp: the array module of `p`.
        p: (*batch_shape, k).
        n: how many.

    Returns:
        Whole numbers, (n, *batch_shape).
    """
    rows = p.reshape(-1, p.shape[-1])
    drawn = [xp.random.choice(p.shape[-1], size=(n,), p=row) for row in rows]
    return xp.stack(drawn, axis=1).reshape(n, *p.shape[:-1])
