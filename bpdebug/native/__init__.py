"""The compiled parts of what records, each with a twin in Python that says the same, slower.

They are missing where the project was installed without a C compiler. `BPDEBUG_NATIVE=0` in the environment leaves
them unused where they are there; so do sources that were changed since, with a word on stderr.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

from . import sources

__all__ = ["fields_of", "is_there", "part"]

_DIRECTORY = Path(__file__).parent


def part(name: str) -> ModuleType | None:
    """The compiled module `name` of this package; None where it isn't there, or isn't wanted."""
    if not _is_wanted() or _is_outdated():
        return None
    return _imported(name)


def fields_of(name: str, module: str = "fields") -> type:
    """The base class by which compiled code reads fields of a class `name` as its own; `object` without these parts."""
    compiled = part(module)
    return object if compiled is None else getattr(compiled, f"{name}Fields")


def is_there() -> bool:
    """Whether recording is done by the compiled parts; none of those is loaded."""
    return (
        _is_wanted()
        and importlib.util.find_spec(f"{__name__}.engine_events") is not None
        and not _is_outdated()
    )


def _imported(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(f"{__name__}.{name}")
    except ImportError:
        return None


def _is_wanted() -> bool:
    # They write the records of the log as they have them in memory.
    return os.environ.get("BPDEBUG_NATIVE") != "0" and sys.byteorder == "little"


@functools.cache
def _is_outdated() -> bool:
    """Whether sources were changed since they were compiled: Python may ask for something new then."""
    if importlib.util.find_spec(f"{__name__}.engine_events") is None:
        return False  # nothing was compiled
    compiled = _imported("compiled_from")
    if compiled is not None:
        when = Path(compiled.__file__ or "").stat().st_mtime_ns
        if sources.newest_ns(_DIRECTORY) <= when or sources.checksum(_DIRECTORY) == compiled.CHECKSUM:
            return False
    sys.stderr.write(
        "bpdebug: its compiled parts are older than their sources and left unused; `pip install -e .` renews them\n"
    )
    return True
