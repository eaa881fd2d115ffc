"""The compiled parts of what records, each with a twin in Python that says the same, slower.

They are missing where the project was installed without a C compiler. `BPDEBUG_NATIVE=0` in the environment leaves
them unused where they are there.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from types import ModuleType

__all__ = ["is_there", "part"]


def part(name: str) -> ModuleType | None:
    """The compiled module `name` of this package; None where it isn't there, or isn't wanted."""
    if not _is_wanted():
        return None
    try:
        return importlib.import_module(f"{__name__}.{name}")
    except ImportError:
        return None


def is_there() -> bool:
    """Whether recording is done by the compiled parts; none is loaded."""
    return _is_wanted() and importlib.util.find_spec(f"{__name__}.engine_events") is not None


def _is_wanted() -> bool:
    # They write the records of the log as they have them in memory.
    return os.environ.get("BPDEBUG_NATIVE") != "0" and sys.byteorder == "little"
