"""Makes any value fit for JSON: the last resort before an event would be lost.

JSON has no NaN and no integers of any length, UTF-8 has no lone surrogates, and a script may hand us all of them.
"""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np

__all__ = ["encode_line", "json_number", "json_value", "utf8_text"]

_encode = msgspec.json.Encoder().encode
_DEPTH = 8


def encode_line(struct: msgspec.Struct) -> bytes:
    """`struct` as one line of JSON; what JSON can't say is replaced by the nearest that it can."""
    try:
        return _encode(struct) + b"\n"
    except (TypeError, ValueError, OverflowError, RecursionError):
        fields = {name: json_value(getattr(struct, name)) for name in struct.__struct_fields__}
        return _encode(type(struct)(**fields)) + b"\n"


def json_number(value: Any) -> float | int | str:
    """A number as the log has it: non-finite ones are the strings `NaN`, `Infinity` and `-Infinity`.

    One that is finite and beyond float64 is a text with its digits, of an integer the first ones: `1.234e+400`.
    """
    if type(value) is int and -(2**63) <= value < 2**63:
        return value
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        return int(value) if -(2**63) <= int(value) < 2**63 else float_or_text(value)
    return float_or_text(value)


def float_or_text(value: Any) -> float | str:
    """`value` as a finite float, or as text."""
    if isinstance(value, str):
        return utf8_text(value)
    try:
        number = float(value)
    except (TypeError, ValueError):
        return utf8_text(repr(value))
    except OverflowError:
        return _first_digits(int(value))
    if math.isfinite(number):
        return number
    if math.isinf(number) and value != number:  # such as a long double
        return utf8_text(str(value))
    return "NaN" if number != number else "Infinity" if number > 0 else "-Infinity"


def _first_digits(value: int) -> str:
    """`-1.234e+400`: all digits may be millions, which Python refuses to write."""
    power, part = divmod(math.log10(abs(value)), 1)
    digits = f"{10**part:.4g}"
    if digits == "10":
        power, digits = power + 1, "1"
    return f"{'-' if value < 0 else ''}{digits}e+{power:.0f}"


def json_value(value: Any, depth: int = 0) -> Any:
    """`value` with everything in it that JSON can't say replaced; deep and foreign things become short text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, str):
        return utf8_text(value)
    if isinstance(value, int | float | np.integer | np.floating):
        return json_number(value)
    if depth < _DEPTH:
        if isinstance(value, dict):
            return {utf8_text(str(key)): json_value(item, depth + 1) for key, item in value.items()}
        if isinstance(value, msgspec.Struct):
            return type(value)(*(json_value(getattr(value, f), depth + 1) for f in value.__struct_fields__))
        if isinstance(value, list | tuple | set | frozenset):
            return [json_value(item, depth + 1) for item in value]
    if isinstance(value, slice):
        return utf8_text(repr(value))
    if isinstance(value, type | np.dtype):
        return getattr(value, "name", None) or getattr(value, "__name__", str(value))
    if isinstance(value, np.ndarray):
        return f"array of {value.dtype.name} {value.shape}"
    return f"<{type(value).__name__}>"


def utf8_text(text: str) -> str:
    """`text` with lone surrogates written as `\\udcXX`."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
