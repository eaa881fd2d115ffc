"""Which kernels NumPy's OpenBLAS multiplies matrices with, and whether the processor could run faster ones."""

from __future__ import annotations

import ctypes
import functools
import pathlib

import numpy

__all__ = ["description", "has_wide_kernels", "kernels"]

_WIDE = ("skylakex", "cooperlake", "sapphirerapids")
"""OpenBLAS's names for its kernels for AVX-512, in small letters."""

_NARROW = ("haswell", "zen")
"""Those for AVX2, which it also takes for processors that it doesn't know."""


@functools.cache
def kernels() -> str:
    """What OpenBLAS calls the kernels that it has chosen, such as `Haswell`; "" if NumPy brings no OpenBLAS."""
    folder = pathlib.Path(numpy.__file__).parent
    for directory in (folder.parent / "numpy.libs", folder / ".dylibs"):
        for path in sorted(directory.glob("*openblas*")):
            try:
                library = ctypes.CDLL(str(path))  # the one that NumPy has loaded
            except OSError:
                continue
            for prefix in ("scipy_", ""):
                for ending in ("64_", ""):
                    ask = getattr(library, f"{prefix}openblas_get_corename{ending}", None)
                    if ask is not None:
                        ask.restype = ctypes.c_char_p
                        return (ask() or b"").decode("ascii", "replace")
    return ""


def has_wide_kernels() -> bool:
    """Whether products are computed with AVX-512."""
    return kernels().lower() in _WIDE


def description() -> str:
    """The kernels in a line, and what to do where the processor has AVX-512 and OpenBLAS doesn't use it."""
    name = kernels()
    if not name:
        return "not NumPy's own OpenBLAS"
    if name.lower() in _NARROW and _processor_has_avx512():
        return (
            f"OpenBLAS, kernels {name}; this processor has AVX-512, and OPENBLAS_CORETYPE=SKYLAKEX in the environment "
            "may make products half as fast again"
        )
    return f"OpenBLAS, kernels {name}"


def _processor_has_avx512() -> bool:
    features = getattr(getattr(numpy, "_core", None), "_multiarray_umath", None)
    found = getattr(features, "__cpu_features__", {})
    return bool(found.get("AVX512_SKX") or found.get("X86_V4"))
