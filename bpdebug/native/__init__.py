"""The compiled parts of what records, each with a twin in Python that says the same, slower.

They are missing where the project was installed without a C compiler. `BPDEBUG_NATIVE=0` in the environment leaves
them unused where they are there.
"""

from __future__ import annotations

import importlib
import os
from types import ModuleType

__all__ = ["part"]


def part(name: str) -> ModuleType | None:
    """The compiled module `name` of this package; None where it isn't there, or isn't wanted."""
    if os.environ.get("BPDEBUG_NATIVE") == "0":
        return None
    try:
        return importlib.import_module(f"{__name__}.{name}")
    except ImportError:
        return None
