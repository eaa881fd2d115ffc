"""Whether the engine's functions and classes can be called as Chainer 7.8.1's are, and have their members.

Compared are the names, order and defaults of arguments, and the public members of classes, with what
`tests/golden/record_signatures.py` recorded of real Chainer. A call that is right there must be right here; the engine
may take more. `compatibility.py` writes what differs into its page.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

__all__ = ["differences"]

SIGNATURES = Path(__file__).parents[1] / "golden" / "chainer_signatures.json"

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)

_CALLED_BY_POSITION = (
    "added", "backward", "backward_accumulate", "backward_cpu", "backward_gpu", "backward_postprocess",
    "backward_preprocess", "check_type_forward", "deleted", "forward", "forward_cpu", "forward_gpu",
    "forward_postprocess", "forward_preprocess", "get_example", "initialize", "on_error", "update_core",
    "update_core_cpu", "update_core_gpu", "visit_array", "visit_device_resident", "visit_variable",
)  # fmt: skip
"""Methods that a framework calls, never by the names of their arguments."""

_OTHER_SOFTWARE = (
    "chainerx",
    "chx",
    "cudnn",
    "ideep",
    "intel64",
    "is_elementwise",
    "layout",
    "shapes",
    "static",
)
"""Parts of names of members and arguments that stand for other software."""

_INNER = (
    "check_type_forward", "forward", "forward_cpu", "forward_gpu", "backward", "backward_cpu", "backward_gpu",
    "device_resident_accept", "label",
)  # fmt: skip
"""Members of an op by which it computes; ours has `forward` and `vjp` in their place."""


def differences() -> Iterator[tuple[str, str, str]]:
    """Module, name and what differs: of every function and class of Chainer that the engine has, too."""
    for module_name, names in json.loads(SIGNATURES.read_text()).items():
        module = _ours(module_name)
        for name, recorded in names.items():
            ours = getattr(module, name, None)
            if ours is None or not callable(ours):
                continue
            full_name = f"{module_name}.{name}"
            made = _MADE[full_name](_ours("chainer")) if full_name in _MADE else ours
            is_op = module_name.startswith("chainer.functions.") or name.endswith("SoftmaxFunction")
            for what in _of_one(ours, made, recorded, is_op):
                yield module_name, name, what


_MADE = {"chainer.configuration.GlobalConfig": lambda engine: engine.global_config}
"""Classes whose instances have members that nothing on the class tells."""


def _ours(module_name: str) -> Any:
    try:
        return importlib.import_module(module_name.replace("chainer", "engine", 1))
    except ModuleNotFoundError:
        return None


def _of_one(ours: Any, made: Any, recorded: dict[str, Any], is_op: bool) -> Iterator[str]:
    called = _calls(ours, recorded["arguments"])
    if called:
        yield called
    for member, arguments in recorded.get("members", {}).items():
        if any(part in member for part in _OTHER_SOFTWARE) or (is_op and member in _INNER):
            continue
        found = inspect.getattr_static(ours, member, None)
        if found is None:
            if not hasattr(made, member) and member not in _set_by(ours):
                yield f"no `{member}`"
        elif arguments is not None and not isinstance(found, property):
            bound = found.__get__(object.__new__(object), ours) if isinstance(found, FunctionType) else found
            bound = bound.__get__(None, ours) if isinstance(bound, staticmethod | classmethod) else bound
            problem = _calls(bound, arguments, member.startswith("__") or member in _CALLED_BY_POSITION)
            if problem:
                yield f"`{member}`: {problem}"


@functools.cache
def _set_by(cls: type) -> frozenset[str]:
    """The attributes that the methods of a class and of its bases set on `self`."""
    found = set()
    for base in getattr(cls, "__mro__", ()):
        if base.__module__ != "builtins":
            for node in ast.walk(ast.parse(_source_of(base))):
                if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                    found.add(node.attr)
                elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                    found.add(node.target.id)
    return frozenset(found)


def _source_of(cls: type) -> str:
    try:
        source = inspect.getsource(cls)
    except OSError:  # made by a function
        return ""
    return "if True:\n" + source if source.startswith(" ") else source


def _calls(ours: Any, theirs: list[list[Any]] | None, by_position: bool = False) -> str:
    """Why a call with their arguments isn't always one with ours; "" if it is."""
    if theirs is None:
        return ""
    if theirs and theirs[0][0] == "self":  # a function that is a variable's method there
        by_position = True
    try:
        parameters = list(inspect.signature(ours).parameters.values())
    except (TypeError, ValueError):
        return ""
    kinds = [parameter.kind for parameter in parameters]
    takes_more = inspect.Parameter.VAR_POSITIONAL in kinds
    takes_names = inspect.Parameter.VAR_KEYWORD in kinds
    positional = [parameter for parameter in parameters if parameter.kind in _POSITIONAL]
    known = {parameter.name: parameter for parameter in parameters}
    expected = [(name, default) for name, kind, default in theirs if kind in ("a", "p")]
    for place, (name, default) in enumerate(expected):
        if place >= len(positional):
            if not (takes_more and takes_names) and not (takes_more and by_position):
                return f"no argument `{name}`"
            continue
        parameter = positional[place]
        if parameter.name != name and not by_position:
            return f"argument {place + 1} is `{parameter.name}`, not `{name}`"
        if default is not None and not _same_default(parameter.default, default):
            needed = parameter.default is inspect.Parameter.empty
            return (
                f"`{name}` must be given, {default} there by default"
                if needed
                else f"`{name}` is {parameter.default!r} by default, not {default}"
            )
    for name, kind, _ in theirs:
        if kind == "k" and name not in known and not takes_names and not _of_other_software(name):
            return f"no argument `{name}`"
        if kind == "*" and not takes_more and not any(k == "**" for _, k, _ in theirs):
            return "takes no further arguments"
    required = [
        parameter.name
        for parameter in positional[len(expected) :]
        if parameter.default is inspect.Parameter.empty
    ]
    if required and not any(kind in ("*", "**") for _, kind, _ in theirs):
        return f"wants `{required[0]}`, too"
    return ""


def _of_other_software(name: str) -> bool:
    return any(part in name for part in _OTHER_SOFTWARE)


def _same_default(ours: Any, theirs: str) -> bool:
    if ours is inspect.Parameter.empty:
        return False
    if theirs == "..." or not (ours is None or isinstance(ours, bool | int | float | str | tuple)):
        return True
    return bool(ours == ast.literal_eval(theirs))


if __name__ == "__main__":
    for module_name, name, what in differences():
        print(module_name, name, what)
