"""Numbers as short texts that don't lie: exact for integers and truth values, shortest digits for floats."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

__all__ = ["bytes_text", "count_text", "duration_text", "number", "shape_text", "size_text"]


def number(value: Any, dtype: Any = None, width: int = 0, digits: int = 6) -> str:
    """A number in few characters, right-aligned to `width`.

    Args:
        value: a Python or NumPy number or truth value, or None (shown as `-`).
        dtype: what the number was stored as (`np.float32`, `"float16"` ...); floats then show no more digits
            than it takes to tell them apart in that type. None: the value's own type.
        width: the least number of characters.
        digits: significant digits of a float, 3 or more.

    Returns:
        Integers and truth values exact, however long. Floats with up to `digits` significant digits, trailing
        zeros trimmed (`0.5`, `3.0`, `0.333333`), in scientific notation (`1.235e-05`) below 1e-3 and from 1e6
        on: then at most `digits` + 4 characters. `nan`, `inf`, `-inf`. Digits that are left out are rounded,
        never cut.
    """
    if value is None:
        return "-".rjust(width)
    kind = np.dtype(dtype).kind if dtype is not None else np.asarray(value).dtype.kind
    if kind == "b":
        return str(bool(value)).rjust(width)
    if kind in "iu":
        return str(int(value)).rjust(width)
    if kind == "c":
        real, imaginary = number(value.real, None, 0, digits), number(value.imag, None, 0, digits)
        return f"{real}{'' if imaginary.startswith('-') else '+'}{imaginary}j".rjust(width)
    if kind != "f":
        return str(value).rjust(width)
    return _float_text(value, dtype, digits).rjust(width)


def _float_text(value: Any, dtype: Any, digits: int) -> str:
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    with np.errstate(over="ignore"):
        scalar = np.dtype(dtype).type(value) if dtype is not None else value
    if not math.isfinite(scalar):  # a value that its alleged type can't hold: show the value itself
        scalar = value
    size = abs(float(scalar))
    if size == 0 or 1e-3 <= size < 1e6 or (size < 1e7 and size.is_integer()):
        before_point = len(str(int(size))) if size >= 1 else 0
        decimals = max(digits - before_point, 1)
        return np.format_float_positional(scalar, precision=decimals, unique=True, fractional=True, trim="0")
    text = np.format_float_scientific(scalar, precision=digits - 3, unique=True, trim="-", exp_digits=2)
    return text.replace(".e", "e")  # NumPy leaves the point where rounding to few digits gave zeros


def size_text(value: float) -> str:
    """A norm or a ratio with four significant digits, in at most 8 characters: `0.001018`, `4.518`, `1.24e-05`.

    Below 1e-3 and from 1e6 on it has three; a fraction of a large one isn't left out.
    """
    size = abs(float(value))
    if not math.isfinite(size) or size == 0 or 0.1 <= size < 1e6:
        return number(float(value), digits=4)
    if 1e-3 <= size < 0.1:
        return np.format_float_positional(float(value), precision=4, unique=False, fractional=False, trim="0")
    text = np.format_float_scientific(float(value), precision=2, unique=True, trim="-", exp_digits=2)
    return text.replace(".e", "e")


def shape_text(shape: Iterable[int] | None) -> str:
    """A shape as Python writes the tuple: `()`, `(3,)`, `(2, 3)`; `?` for None."""
    return "?" if shape is None else str(tuple(int(length) for length in shape))


def count_text(count: int, one: str = "", many: str = "") -> str:
    """A count with thousands apart, and its noun: `1 event`, `12,345 events`, `3 classes`."""
    noun = one if count == 1 else many or (one + "s" if one else "")
    return f"{count:,} {noun}" if noun else f"{count:,}"


def bytes_text(size_bytes: int) -> str:
    """A size with its unit: `312 bytes`, `4.0 KiB`, `18.1 MiB`."""
    if size_bytes < 1024:
        return count_text(size_bytes, "byte")
    size = float(size_bytes)
    for unit in ("KiB", "MiB", "GiB", "TiB"):
        size /= 1024
        if size < 1024 or unit == "TiB":
            break
    return f"{size:.1f} {unit}"


def duration_text(microseconds: float) -> str:
    """A time span with its unit: `12 us`, `3.4 ms`, `1.25 s`, `2 min 05 s`, `1 h 02 min`."""
    if microseconds < 1000:
        return f"{microseconds:.0f} us"
    if microseconds < 1_000_000:
        return f"{microseconds / 1000:.1f} ms"
    seconds = microseconds / 1_000_000
    if seconds < 60:
        return f"{seconds:.2f} s"
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min"
