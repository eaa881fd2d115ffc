"""Modules under Chainer's names where the engine's own files are named otherwise.

Scripts import, say, `chainer.functions.math.basic_math.Add`; here each op has a file of its own, `math/add.py`. A table
beside the functions and one beside the links says which names Chainer's module has; this makes the modules.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

__all__ = ["install"]


def install(package: str, paths: dict[str, str], find: Callable[[str], Any]) -> None:
    """Make the modules of a table, or add the names to a module that is there already.

    Args:
        package: full name of the package that the paths begin in, such as `chainer.functions`.
        paths: module path, such as `math.basic_math`, to the names in it; `name=other` where ours has another name.
        find: gives the object of a name.
    """
    for path, names in paths.items():
        module = _module(f"{package}.{path}")
        for entry in names.split():
            name, _, ours = entry.partition("=")
            if not hasattr(module, name):
                setattr(module, name, find(ours or name))


def _module(name: str) -> ModuleType:
    """The module of that name: as it is, or a new one."""
    module = sys.modules.get(name)
    if module is not None:
        return module
    parent, _, last = name.rpartition(".")
    module = ModuleType(name, f"The names of Chainer's `{last}`; the code is in files of other names.")
    module.__package__ = parent
    sys.modules[name] = module
    setattr(importlib.import_module(parent), last, module)
    return module
