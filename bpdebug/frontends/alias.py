"""`import chainer` gives the engine: one set of module objects under the names `chainer` and `engine`.

The engine folder is loaded under the name `chainer`; `engine` and everything below it are the very same modules, so
that there is one `Variable` class and `isinstance` tells the truth. A script that has its own `engine.py` or `engine/`
gets its own. Scripts also ask `chainerx.is_available()`: it isn't.

Not for watching the engine: `frontends.engine` does that.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

__all__ = ["ENGINE_DIRECTORY", "ChainerFinder", "install"]

ENGINE_DIRECTORY = Path(__file__).resolve().parent.parent.parent / "engine"


def install(engine_directory: Path = ENGINE_DIRECTORY) -> ModuleType:
    """Make `import chainer` give the engine from now on, also if a real Chainer is installed.

    Also lets NumPy answer for the names of NumPy 1 that scripts of Chainer's time use.

    Returns:
        The engine package; its `__name__` is `chainer`.
    """
    sys.meta_path.insert(0, ChainerFinder(engine_directory))
    package = importlib.import_module("chainer")
    if "numpy" in sys.modules:
        from . import numpy_names  # here, because worker processes load this file alone, from where it lies

        numpy_names.offer(sys.modules["numpy"])
    return package


class ChainerFinder(MetaPathFinder):
    """Answers for `chainer`, `engine`, `chainerx` and all below them; stands before Python's own finders."""

    def __init__(self, engine_directory: Path = ENGINE_DIRECTORY) -> None:
        self._directory = engine_directory

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where to load module `name` from; None leaves it to the other finders.

        Raises:
            ModuleNotFoundError: a module of Chainer that this engine doesn't have.
        """
        top = name.partition(".")[0]
        if top == "chainer":
            return self._chainer(name, path)
        if top == "engine":
            return self._engine(name)
        if name == "chainerx":
            return ModuleSpec(name, _NoChainerX())
        return None

    def _chainer(self, name: str, path: Sequence[str] | None) -> ModuleSpec:
        if name == "chainer":
            spec = spec_from_file_location(
                name,
                self._directory / "__init__.py",
                submodule_search_locations=[str(self._directory)],
            )
        else:
            spec = PathFinder.find_spec(name, path)
        if spec is None:
            raise ModuleNotFoundError(
                f"No module named {name!r}: bpdebug's engine, which stands in for Chainer, doesn't have it yet",
                name=name,
            )
        return spec

    def _engine(self, name: str) -> ModuleSpec | None:
        if name == "engine":
            own = self._other_engine()
            if own is not None:
                return own
        elif sys.modules.get("engine") is not sys.modules.get("chainer"):
            return None  # below the script's own `engine`
        return ModuleSpec(name, _SameModule())

    def _other_engine(self) -> ModuleSpec | None:
        """The script's own `engine`, where its import path leads to one that isn't ours."""
        others = [
            entry
            for entry in sys.path
            if os.path.realpath(os.path.join(entry, "engine")) != os.path.realpath(self._directory)
        ]
        spec = PathFinder.find_spec("engine", others)
        if spec is not None and spec.loader is None and not _has_code(spec.submodule_search_locations or ()):
            return None  # a folder of data that happens to have the name
        return spec


class _SameModule(Loader):
    """Loads `engine.x` by importing `chainer.x` and giving that very object."""

    _spec: ModuleSpec | None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module("chainer" + spec.name.removeprefix("engine"))
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        # The import system has just overwritten `__spec__`, which relative imports go by.
        module.__spec__ = self._spec


class _NoChainerX(Loader):
    """Loads a `chainerx` that says that it isn't there, as Chainer without its C++ part does."""

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        def is_available() -> bool:
            """Whether ChainerX can be used: never with this engine."""
            return False

        class ndarray:  # noqa: N801 - the name that scripts test against
            """Has no instances; for `isinstance`."""

            def __init__(self, *args: object, **kwargs: object) -> None:
                raise RuntimeError("chainerx.ndarray: ChainerX is not available; use a NumPy or CuPy array")

        is_available.__module__ = ndarray.__module__ = "chainerx"
        module.__doc__ = "ChainerX is not available with this engine."
        module.is_available = is_available  # type: ignore[attr-defined]
        module.ndarray = ndarray  # type: ignore[attr-defined]


def _has_code(directories: Sequence[str]) -> bool:
    return any(next(Path(directory).rglob("*.py"), None) is not None for directory in directories)
