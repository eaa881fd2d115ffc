"""Orthogonal initializer: rows or columns of length `scale` at right angles to each other."""

from __future__ import annotations

from typing import Any

from .. import backend
from ..utils import size_of_shape
from .drawing import Drawn

__all__ = ["Orthogonal"]

_MODES = {
    "auto": lambda rows, columns: True,
    "projection": lambda rows, columns: rows <= columns,
    "embedding": lambda rows, columns: rows >= columns,
    "basis": lambda rows, columns: rows == columns,
}


class Orthogonal(Drawn):
    """A random matrix whose rows (if they are no more than the columns) or columns are orthogonal.

    An array of more than two axes counts as the matrix (first axis, all other axes).

    Args:
        scale: the length of each row or column.
        mode: what shape is expected: `projection` (to no more outputs than inputs), `embedding` (to no fewer),
            `basis` (square), `auto` (any).

    Reference: Saxe et al. 2014, section 2.2.
    """

    def __init__(self, scale: float = 1.1, dtype: Any = None, mode: str = "auto", *, rng: Any = None) -> None:
        if mode not in _MODES:
            raise ValueError(
                f"Invalid mode: {mode!r}. Choose from 'auto', 'projection', 'embedding', 'basis'."
            )
        self.mode = mode
        super().__init__(scale, dtype, rng=rng)

    def __call__(self, array: Any) -> None:
        self._check_dtype(array)
        xp = backend.get_array_module(array)
        generator = self._generator(array)
        if not array.shape:  # one number: orthogonal are +scale and -scale
            array[...] = self.scale * (2 * int(generator.randint(2)) - 1)
            return
        rows, columns = array.shape[0], size_of_shape(array.shape[1:])
        if not rows or not columns:
            raise ValueError(f"Array to be initialized must be non-empty. Actual shape: {array.shape}")
        if not _MODES[self.mode](rows, columns):
            raise ValueError(
                f"Cannot make orthogonal {self.mode}. shape = {array.shape}, "
                f"interpreted as {columns}-dim input and {rows}-dim output."
            )
        drawn = backend.get_device_from_array(array).send(generator.normal(0.0, 1.0, (rows, columns)))
        q, r = xp.linalg.qr(drawn.T if rows < columns else drawn)
        # QR leaves the sign of each column open; with the diagonal of r positive the result is uniformly distributed.
        q = q * xp.copysign(self.scale, xp.diag(r))
        array[...] = (q.T if rows < columns else q).reshape(array.shape)
