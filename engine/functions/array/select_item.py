"""select_item: one element of every row."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...configuration import config
from ...utils.type_check import require, require_equal
from ...variable import as_variable
from .get_item import get_item

__all__ = ["select_item"]


def select_item(x: Any, t: Any) -> Any:
    """x[i, t[i]] for every row i.

    Args:
        x: variable or array (n, classes).
        t: integers (n,).

    Raises:
        InvalidType: the shapes don't fit, or t holds no integers.
        IndexError: an element of t is no column.
        ValueError: (in debug mode) likewise, or it counts from the end.
    """
    x, t = as_variable(x), as_variable(t).array
    require(t.dtype.kind == "i", "t.dtype.kind == i", f"{t.dtype.kind} != i")
    require_equal("x.ndim", len(x.shape), "2", 2)
    require_equal("t.ndim", t.ndim, "1", 1)
    require_equal("x.shape[0]", x.shape[0], "t.shape[0]", t.shape[0])
    if config.debug and not bool(((t >= 0) & (t < x.shape[1])).all()):
        raise ValueError(
            f"Each label `t` need to satisfy `0 <= t < x.shape[1]`: t is {t}, x.shape[1] {x.shape[1]}"
        )
    return get_item(x, (backend.get_array_module(t).arange(len(t)), t))
