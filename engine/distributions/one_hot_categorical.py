"""OneHotCategorical: one of k classes, as a vector with a single 1."""

from __future__ import annotations

from typing import Any

import numpy

from ..distribution import register_kl
from ..functions import sum
from ..variable import as_array, as_variable
from .choices import OfClasses, draw_classes

__all__ = ["OneHotCategorical"]


class OneHotCategorical(OfClasses):
    """Vectors of k numbers: 1 at the class that was drawn, 0 elsewhere.

    Args:
        p: the classes' probabilities, (*batch_shape, k), variable or array.
    """

    @property
    def event_shape(self) -> tuple[int, ...]:
        return self.p.shape[-1:]

    def log_prob(self, x: Any) -> Any:
        return sum(self.log_p * as_array(x), axis=-1)

    def sample_n(self, n: int) -> Any:
        xp, p = self.xp, self.p.array
        drawn = draw_classes(xp, p, n)
        return as_variable((drawn[..., None] == xp.arange(p.shape[-1])).astype(numpy.float32))

    @property
    def mean(self) -> Any:
        return self.p

    @property
    def variance(self) -> Any:
        return self.p * (1.0 - self.p)


@register_kl(OneHotCategorical, OneHotCategorical)
def _kl_one_hot_one_hot(p: OneHotCategorical, q: OneHotCategorical) -> Any:
    return sum(p.p * (p.log_p - q.log_p), axis=-1)
