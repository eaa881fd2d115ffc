"""Record how real Chainer 7.8.1's functions and classes are called; needed only if what counts as public changes.

Run it where Chainer 7.8.1 is installed (see `record.py`); it writes `chainer_signatures.json`: for each module, each
function and class that it defines; for each class its constructor and the public members that it defines itself.
`docs/chainer-compatibility.md` is made from it.
"""

from __future__ import annotations

import importlib
import inspect
import json
import pathlib
import pkgutil
import types
import warnings
from typing import Any

warnings.filterwarnings("ignore")

LEFT_OUT = ("chainerx", "ideep", "intel64", "theano", "caffe", "exporters", "cudnn", "kernel", "dali")
"""Parts of names of modules that stand for other software."""

CALLED = ("__call__", "__len__", "__getitem__", "__setitem__", "__delitem__", "__iter__", "__contains__")
"""Members that an expression calls, and that count besides the public ones."""

KINDS = {
    inspect.Parameter.POSITIONAL_ONLY: "p",
    inspect.Parameter.POSITIONAL_OR_KEYWORD: "a",
    inspect.Parameter.VAR_POSITIONAL: "*",
    inspect.Parameter.KEYWORD_ONLY: "k",
    inspect.Parameter.VAR_KEYWORD: "**",
}


def arguments(function: Any) -> list[list[str | None]] | None:
    """Name, kind and default of each argument; None where nothing tells. A default that is no plain value is `...`."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    return [
        [parameter.name, KINDS[parameter.kind], _default(parameter.default)]
        for parameter in signature.parameters.values()
    ]


def _default(value: Any) -> str | None:
    if value is inspect.Parameter.empty:
        return None
    plain = value is None or isinstance(value, bool | int | float | str | tuple)
    return repr(value) if plain else "..."


def members(cls: type) -> dict[str, list[list[str | None]] | None]:
    """The public members that a class defines itself: arguments of methods behind `self`, None for all else."""
    found = {}
    for name, value in vars(cls).items():
        if name.startswith("_") and name not in CALLED:
            continue
        function = value.__func__ if isinstance(value, staticmethod | classmethod) else value
        found[name] = None
        if isinstance(function, types.FunctionType):
            taken = arguments(function)
            found[name] = taken if isinstance(value, staticmethod) or taken is None else taken[1:]
    return dict(sorted(found.items()))


def defined_in(module_name: str) -> dict[str, Any]:
    """The public functions and classes of a module."""
    found: dict[str, Any] = {}
    for name, value in sorted(vars(importlib.import_module(module_name)).items()):
        if name.startswith("_") or getattr(value, "__module__", None) != module_name:
            continue
        if isinstance(value, types.FunctionType):
            found[name] = {"arguments": arguments(value)}
        elif isinstance(value, type):
            found[name] = {"arguments": arguments(value), "members": members(value)}
    return found


def modules() -> list[str]:
    """All public modules that can be imported."""
    package = importlib.import_module("chainer")
    names = ["chainer"]
    for info in pkgutil.walk_packages(package.__path__, "chainer."):
        below = info.name.split(".")[1:]
        if any(part.startswith("_") for part in below) or any(part in info.name for part in LEFT_OUT):
            continue
        names.append(info.name)
    return names


if __name__ == "__main__":
    found = {name: defined for name in modules() if (defined := defined_in(name))}
    path = pathlib.Path(__file__).with_name("chainer_signatures.json")
    path.write_text(json.dumps(found, separators=(",", ":")) + "\n")
    print(len(found), "modules", sum(map(len, found.values())), "names", path.stat().st_size, "bytes")
