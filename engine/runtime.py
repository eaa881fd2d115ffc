"""What the engine runs on, and switches of Chainer's that concern it."""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from typing import Any, TextIO

import numpy

from . import backend
from .backends import blas
from .configuration import config, using_config
from .utils.deprecation import warn_deprecated

__all__ = [
    "DebugMode",
    "disable_experimental_feature_warning",
    "get_array_types",
    "get_compute_mode",
    "get_cpu_array_types",
    "is_arrays_compatible",
    "is_debug",
    "print_runtime_info",
    "set_debug",
    "should_use_cudnn",
    "should_use_cudnn_tensor_core",
]

disable_experimental_feature_warning = False


def is_debug() -> bool:
    """Whether `config.debug` is set: then an op that makes a NaN raises."""
    return bool(config.debug)


def set_debug(debug: bool) -> None:
    """Set `config.debug` in this thread."""
    config.debug = debug


def DebugMode(debug: bool) -> Any:
    """A context manager inside which `config.debug` is set; `using_config("debug", debug)` is one without a warning."""
    warn_deprecated("chainer.DebugMode", "use chainer.using_config('debug', True)")
    return using_config("debug", debug)


def get_array_types() -> tuple[type, ...]:
    """The array classes that a variable can hold."""
    return backend.array_types()


def get_cpu_array_types() -> tuple[type, ...]:
    """The array classes of the host."""
    return (numpy.ndarray,)


def is_arrays_compatible(arrays: Sequence[Any]) -> bool:
    """Whether all arrays (None counts as any) belong to one array library."""
    return len({id(backend.get_array_module(array)) for array in arrays if array is not None}) <= 1


def should_use_cudnn(level: str, lowest_version: int = 0) -> bool:
    """False: this engine doesn't call cuDNN itself."""
    return False


def should_use_cudnn_tensor_core(dtype: Any) -> bool:
    """False: this engine doesn't call cuDNN itself."""
    return False


def get_compute_mode() -> Any:
    """`config.compute_mode`, which has no effect here."""
    return config.compute_mode


def print_runtime_info(out: TextIO | None = None) -> None:
    """Print platform and versions, one a line."""
    cupy = sys.modules.get("cupy")
    lines = {
        "Platform": platform.platform(),
        "Chainer": "7.8.1 (the API of this engine)",
        "ChainerX": "Not Available",
        "NumPy": numpy.__version__,
        "BLAS": blas.description(),
        "CuPy": "Not loaded" if cupy is None else cupy.__version__,
        "iDeep": "Not Available",
    }
    for name, value in lines.items():
        print(f"{name}: {value}", file=out or sys.stdout)
