"""Special functions (gamma, error function ...): SciPy's for NumPy arrays, CuPy's for arrays on a GPU.

The only file that imports `scipy.special`, and only when one of these functions is called.
"""

from __future__ import annotations

from typing import Any

import numpy

from .. import backend

__all__ = ["special_function"]


def special_function(name: str, *arrays: Any) -> Any:
    """The function `name` of `scipy.special`, for arrays of the library that `arrays` are of.

    Raises:
        ImportError: SciPy is not installed; says what to install.
    """
    return getattr(_module_for(backend.get_array_module(*arrays)), name)


def _module_for(xp: Any) -> Any:
    if xp is numpy:
        try:
            import scipy.special  # type: ignore[import-untyped, unused-ignore]
        except ImportError as error:
            raise ImportError(
                "special functions of NumPy arrays need SciPy, which is not installed; "
                "install it by: pip install 'bpdebug[scipy]'"
            ) from error
        return scipy.special
    offered = getattr(xp, "special", None)
    if offered is not None:
        return offered
    from . import cuda

    return cuda.special_functions()
