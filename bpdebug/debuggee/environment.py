"""What a run depends on beside the script: versions, devices, the state of NumPy's random generator."""

from __future__ import annotations

import importlib.util
import platform

import numpy as np
import xxhash

from .. import __version__

__all__ = ["devices", "random_state", "versions"]

_CUPY_PACKAGES = ("cupy", "cupy-cuda12x", "cupy-cuda13x")


def versions() -> dict[str, str]:
    """Versions by name: `python`, `numpy`, `blas`, `platform`, `bpdebug`, and `cupy` where it is installed."""
    found = {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "blas": _blas(),
        "platform": platform.platform(),
        "bpdebug": __version__,
    }
    cupy = _cupy()
    if cupy:
        found["cupy"] = cupy
    return found


def devices() -> list[str]:
    """The devices that the script may use; not asked of CUDA, which takes a second to answer."""
    return ["cpu", "cuda"] if _cupy() else ["cpu"]


def random_state() -> str:
    """A fingerprint of NumPy's global random generator, 32 hexadecimal digits."""
    name, key, *rest = np.random.get_state(legacy=True)
    digest = xxhash.xxh3_128(f"{name} {rest}".encode())
    digest.update(np.asarray(key).tobytes())
    return digest.hexdigest()


def _blas() -> str:
    try:
        blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
        return f"{blas['name']} {blas['version']}"
    except (KeyError, TypeError):
        return "unknown"


def _cupy() -> str:
    if importlib.util.find_spec("cupy") is None:
        return ""
    from importlib import metadata  # slow to import, and rarely needed

    for package in _CUPY_PACKAGES:
        try:
            return metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return "unknown"
