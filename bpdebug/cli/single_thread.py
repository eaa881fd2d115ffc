"""NumPy for the screen's process: with one thread of linear algebra, for it draws and the script computes.

OpenBLAS starts a thread for each core when NumPy is imported, and each of them spins before it sleeps: on two cores
that takes as long as all the rest of NumPy, on more cores longer.
"""

from __future__ import annotations

import os
import sys

__all__ = ["import_numpy"]

_SETTINGS = ("OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS")
"""What OpenBLAS asks for, in this order: the first one that is set."""


def import_numpy() -> None:
    """Import NumPy, unless it is there already; the environment, which the script's process inherits, stays as it was.

    Whoever has set a number of threads gets it.
    """
    free = "numpy" not in sys.modules and not any(name in os.environ for name in _SETTINGS)
    if free:
        os.environ[_SETTINGS[0]] = "1"
    try:
        import numpy  # noqa: F401
    finally:
        if free:
            del os.environ[_SETTINGS[0]]
