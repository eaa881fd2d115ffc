"""Names of NumPy 1 that NumPy 2 has dropped, for scripts of Chainer's time.

Chainer's last release ran on NumPy 1, and so do its scripts: `numpy.int`, `numpy.float`, `numpy.product`. With NumPy 2
they would stop at such a name with an AttributeError. Here the name gives what it stood for, and a DeprecationWarning
says what to write. Only names that NumPy doesn't have are answered for; nothing that it has is changed.
"""

from __future__ import annotations

import warnings
from types import ModuleType
from typing import Any

__all__ = ["NAMES", "offer"]

NAMES: dict[str, str | type] = {
    **{kind.__name__: kind for kind in (bool, int, float, complex, object, str)},
    "long": int,
    "unicode": str,
    "alltrue": "all",
    "bool8": "bool_",
    "cfloat": "complex128",
    "complex_": "complex128",
    "cumproduct": "cumprod",
    "float_": "float64",
    "Inf": "inf",
    "Infinity": "inf",
    "infty": "inf",
    "int0": "intp",
    "longcomplex": "clongdouble",
    "longfloat": "longdouble",
    "mat": "asmatrix",
    "NaN": "nan",
    "PINF": "inf",
    "product": "prod",
    "round_": "round",
    "row_stack": "vstack",
    "singlecomplex": "complex64",
    "sometrue": "any",
    "string_": "bytes_",
    "trapz": "trapezoid",
    "uint0": "uintp",
    "unicode_": "str_",
}
"""The name, to the name that NumPy has in its place, or to the type of Python's that it stood for."""


def offer(numpy: ModuleType) -> None:
    """Let NumPy, which is given, answer for the names that it doesn't have; calling it again changes nothing."""
    own = numpy.__dict__.get("__getattr__")
    if getattr(own, "_answers_for_old_names", False):
        return

    def with_old_names(name: str) -> Any:
        stands_for = NAMES.get(name)
        if stands_for is None:
            if own is None:
                raise AttributeError(f"module 'numpy' has no attribute {name!r}")
            return own(name)
        if isinstance(stands_for, type):
            found, written = stands_for, stands_for.__name__
        else:
            found, written = getattr(numpy, stands_for), f"numpy.{stands_for}"
        warnings.warn(
            f"numpy.{name} is a name of NumPy 1; NumPy {numpy.__version__} has {written}",
            DeprecationWarning,
            stacklevel=2,
        )
        return found

    with_old_names._answers_for_old_names = True  # type: ignore[attr-defined]
    numpy.__getattr__ = with_old_names  # type: ignore[method-assign]
