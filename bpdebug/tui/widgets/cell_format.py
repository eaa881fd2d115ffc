"""How the numbers of one tensor are written: all with the same decimals, so that columns line up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...text import number

__all__ = ["NOTATIONS", "CellFormat", "cell_format", "exact"]

NOTATIONS = ("auto", "fixed", "scientific")
"""`auto` writes fixed point where the tensor's size suits it, and single values that it can't show as powers."""

_SHORTEST = 9  # room for "-1.23e-05"


@dataclass(frozen=True)
class CellFormat:
    """Writes single values; `width` is wide enough for the sample that it was made from.

    `notation` is `fixed`, `scientific` or `exact` (integers, truth values, anything that isn't a float).
    """

    notation: str
    decimals: int
    width: int
    strict: bool = False
    """Fixed point asked for by the person: small values are rounded rather than written as powers."""

    def text(self, value: object) -> str:
        """The text of one Python or NumPy scalar, not padded. An exact zero of a float tensor is `0`."""
        if not isinstance(value, float):
            return number(value)
        if value != value:
            return "nan"
        if value in (math.inf, -math.inf):
            return "+inf" if value > 0 else "-inf"
        if value == 0:
            return "-0" if math.copysign(1.0, value) < 0 else "0"
        if self.notation == "scientific":
            return f"{value:.{self.decimals}e}"
        size = abs(value)
        text = f"{value:.{self.decimals}f}" if size < 1e15 else ""
        if not self.strict and size < 0.5 * 10.0 ** (1 - self.decimals):
            text = ""  # fewer than two digits would be left
        if not text or len(text) > self.width:
            text = f"{value:.2e}"
            if len(text) > self.width:
                text = f"{value:.1e}"
        return text


def cell_format(
    sample: np.ndarray, notation: str = "auto", digits: int = 6, narrowest: int = _SHORTEST
) -> CellFormat:
    """A format for the values of a tensor.

    Args:
        sample: some of them, or all, of the tensor's dtype; any shape, may be empty.
        notation: one of `NOTATIONS`.
        digits: significant digits of the largest float; float16 never gets more than 4.
        narrowest: the least width of a float, 8 or more.
    """
    kind = sample.dtype.kind
    if kind != "f":
        texts = [number(value) for value in _extremes(sample)]
        return CellFormat("exact", 0, max([len(text) for text in texts] + [3]))
    significant = min(digits, 4) if sample.dtype.itemsize == 2 else digits
    finite = np.abs(sample[np.isfinite(sample)].astype(np.float64))
    largest = float(finite.max()) if finite.size else 0.0
    if notation == "scientific" or (notation == "auto" and largest and not 1e-3 <= largest < 1e6):
        decimals = significant - 2 if narrowest >= _SHORTEST else 1
        exponent = 3 if largest >= 1e99 or (finite.size and 0 < finite.min() < 1e-99) else 2
        return CellFormat("scientific", decimals, max(decimals + 5 + exponent, narrowest))
    before = math.floor(math.log10(largest)) + 1 if largest >= 1 else 0
    decimals = max(significant - before, 1)
    return CellFormat("fixed", decimals, max(max(before, 1) + decimals + 2, narrowest), notation == "fixed")


def exact(value: Any) -> str:
    """A scalar with every digit that tells it from its neighbours in its own dtype."""
    if value.dtype.kind == "f":
        if not np.isfinite(value):
            return "NaN" if np.isnan(value) else "+inf" if value > 0 else "-inf"
        size = abs(float(value))
        if size == 0 or 1e-4 <= size < 1e16:
            return np.format_float_positional(value, unique=True, trim="0")
        return np.format_float_scientific(value, unique=True, trim="-", exp_digits=2)
    if value.dtype.kind == "c":
        return str(value).strip("()")
    return number(value)


def _extremes(sample: np.ndarray) -> list[object]:
    if not sample.size:
        return []
    if sample.dtype.kind in "biu":
        return [sample.min(), sample.max()]
    return sample.reshape(-1)[:64].tolist()
