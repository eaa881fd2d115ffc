"""Helpers that scripts use too: type checks, argument handling, small conversions."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from typing import Any

import numpy

from . import argument, array, cache, conv, conv_nd, imgproc, meta, type_check
from .argument import parse_kwargs
from .arguments import force_array
from .array import size_of_shape, sum_to
from .conv import get_conv_outsize, get_deconv_outsize
from .experimental import experimental
from .meta import enable_final, final
from .nondeterministic import nondeterministic
from .sparse import CooMatrix, get_order, to_coo

__all__ = [  # and, looked up when asked for: WalkerAlias
    "CooMatrix",
    "argument",
    "array",
    "cache",
    "conv",
    "conv_nd",
    "enable_final",
    "experimental",
    "final",
    "force_array",
    "force_type",
    "get_conv_outsize",
    "get_deconv_outsize",
    "get_order",
    "imgproc",
    "meta",
    "nondeterministic",
    "parse_kwargs",
    "size_of_shape",
    "sum_to",
    "tempdir",
    "to_coo",
    "type_check",
]


def __getattr__(name: str) -> Any:
    if name == "WalkerAlias":  # it stands on variables, which stand on this package
        from .walker_alias import WalkerAlias

        return WalkerAlias
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@contextlib.contextmanager
def tempdir(**kwargs: Any) -> Iterator[str]:
    """A context manager that makes a folder and removes it at the end; arguments as for `tempfile.mkdtemp`."""
    folder = tempfile.mkdtemp(**kwargs)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def force_type(dtype: Any, value: Any) -> Any:
    """`value`, a number or an array, in `dtype`."""
    if numpy.isscalar(value):
        return numpy.dtype(dtype).type(value)
    return value if value.dtype == dtype else value.astype(dtype, copy=False)
