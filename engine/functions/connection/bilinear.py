"""bilinear: two inputs multiplied with each other by way of a weight with three axes."""

from __future__ import annotations

from typing import Any

from ...utils.type_check import require, require_equal
from ...variable import as_variable
from ..array.reshape import reshape
from ..math.matmul import matmul

__all__ = ["bilinear"]


def bilinear(e1: Any, e2: Any, W: Any, V1: Any = None, V2: Any = None, b: Any = None) -> Any:
    """`y[l] = sum of e1[j] e2[k] W[j, k, l]`, and with `V1`, `V2`, `b` also `e1 V1 + e2 V2 + b`.

    Args:
        e1, e2: variables or arrays (n, ...), float; axes behind the first are flattened to J and K.
        W: (J, K, L).
        V1, V2, b: (J, L), (K, L), (L,); all of them or none.

    Returns:
        Variable (n, L).

    Raises:
        InvalidType: the shapes don't fit together.
        ValueError: only some of V1, V2, b are given.
    """
    given = [part is not None for part in (V1, V2, b)]
    if any(given) and not all(given):
        raise ValueError(
            "bilinear: all coefficients of the linear part, V1, V2 and b, are to be given, or none"
        )
    e1, e2, W = as_variable(e1), as_variable(e2), as_variable(W)
    require_equal("len(e1)", e1.shape[0], "len(e2)", e2.shape[0])
    require_equal("W.ndim", len(W.shape), "3", 3)
    require_equal("W.dtype", W.dtype, "e1.dtype", e1.dtype)
    if V1 is not None:
        V1, V2, b = as_variable(V1), as_variable(V2), as_variable(b)
        for name, part, ndim in (("V1", V1, 2), ("V2", V2, 2), ("b", b, 1)):
            require_equal(f"{name}.ndim", len(part.shape), str(ndim), ndim)
            require_equal(f"{name}.dtype", part.dtype, "e1.dtype", e1.dtype)
    n = e1.shape[0]
    left, right, out = W.shape
    e1 = reshape(e1, (n, -1)) if len(e1.shape) != 2 else e1
    e2 = reshape(e2, (n, -1)) if len(e2.shape) != 2 else e2
    require(
        e1.shape[1] == left and e2.shape[1] == right,
        f"e1.shape[1], e2.shape[1] == {left}, {right}",
        f"{e1.shape[1]}, {e2.shape[1]}",
    )
    products = reshape(e1, (n, left, 1)) * reshape(e2, (n, 1, right))
    y = matmul(reshape(products, (n, left * right)), reshape(W, (left * right, out)))
    if V1 is None:
        return y
    return y + matmul(e1, V1) + matmul(e2, V2) + b
