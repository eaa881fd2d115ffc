"""Worker processes that the script starts by `multiprocessing`: they find the engine under `import chainer`, too.

A forked worker has inherited it. A spawned one, or one from a fork server, is a fresh Python that knows nothing of us;
what `multiprocessing` sends it first, its preparation data, makes it install the alias. Workers are not recorded.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

__all__ = ["prepare_workers"]

_SPAWN = "multiprocessing.spawn"
_IN_THE_WORKER = Path(__file__).resolve().with_name("worker.py")


def prepare_workers() -> None:
    """See to it that workers can import the engine; costs nothing until the script starts one."""
    sys.meta_path.insert(0, _SpawnFinder())


class _InstallAlias:
    """Pickled, it is the order to run `worker.py`; by a standard library function, the only ones known there."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return runpy.run_path, (str(_IN_THE_WORKER),)


class _SpawnFinder(MetaPathFinder):
    """Stands before Python's own finders until `multiprocessing.spawn` is imported."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != _SPAWN:
            return None
        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(name, path)
        if spec is not None and spec.loader is not None:
            _extend(spec.loader)
        return spec


def _extend(loader: Loader) -> None:
    """Make what `loader` loads send workers our order with their preparation data."""
    load = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        load(module)
        told = module.get_preparation_data

        def get_preparation_data(name: str) -> dict[str, Any]:
            # The value is of no use to `multiprocessing`; that it is unpickled is what counts.
            return {"bpdebug": _InstallAlias(), **told(name)}

        module.get_preparation_data = get_preparation_data  # type: ignore[attr-defined]

    loader.exec_module = exec_module  # type: ignore[method-assign]
