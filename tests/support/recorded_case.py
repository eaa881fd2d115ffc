"""A log of one example of one op."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from op_case import Case, seeds

from bpdebug.log.reader import LogReader
from engine import Variable, backprop
from tests.support.watched import Watched

__all__ = ["record_case"]


def record_case(
    case: Case,
    directory: Path,
    dtype: Any = np.float32,
    change: Callable[[np.ndarray], np.ndarray] = np.asarray,
) -> LogReader:
    """The log of the example's forward pass and, for an op that has gradients, of a walk back through it.

    Args:
        change: what is done to each input before.
    """
    watched = Watched(directory)
    try:
        ys = case.call([Variable(change(x)) for x in case.arrays(dtype)])
        for y, gy in zip(ys, seeds(case, ys), strict=True):
            y.grad = gy
        if case.op.differentiable:
            backprop.backward([y for y in ys if y.dtype.kind == "f"])
    except BaseException:
        watched.read().close()
        raise
    return watched.read()
