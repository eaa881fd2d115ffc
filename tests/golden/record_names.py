"""Record the public names of real Chainer 7.8.1, module by module; needed only if the list of modules changes.

Run it where Chainer 7.8.1 is installed (see `record.py`); it writes `chainer_names.json` and, for all modules below
`chainer.functions` and `chainer.links`, `chainer_modules.json`. `docs/chainer-compatibility.md` is made from both.
"""

from __future__ import annotations

import importlib
import json
import pathlib
import pkgutil
import types
import warnings

warnings.filterwarnings("ignore")

PACKAGES = [
    "chainer",
    "chainer.functions",
    "chainer.links",
    "chainer.optimizers",
    "chainer.optimizer_hooks",
    "chainer.initializers",
    "chainer.iterators",
    "chainer.dataset",
    "chainer.dataset.tabular",
    "chainer.datasets",
    "chainer.serializers",
    "chainer.training",
    "chainer.training.extensions",
    "chainer.training.triggers",
    "chainer.training.updaters",
    "chainer.function_hooks",
    "chainer.link_hooks",
    "chainer.distributions",
    "chainer.utils",
    "chainer.testing",
]
"""Packages whose names come from files below them."""

SINGLE_FILES = [
    "chainer.backend",
    "chainer.backends.cuda",
    "chainer.backends.intel64",
    "chainer.computational_graph",
    "chainer.configuration",
    "chainer.dataset.convert",
    "chainer.dataset.download",
    "chainer.device_resident",
    "chainer.distribution",
    "chainer.function",
    "chainer.function_hook",
    "chainer.function_node",
    "chainer.gradient_check",
    "chainer.initializer",
    "chainer.link",
    "chainer.link_hook",
    "chainer.links.model.vision.googlenet",
    "chainer.links.model.vision.resnet",
    "chainer.links.model.vision.vgg",
    "chainer.memory_layouts",
    "chainer.optimizer",
    "chainer.reporter",
    "chainer.sequential",
    "chainer.serializer",
    "chainer.testing.attr",
    "chainer.testing.condition",
    "chainer.testing.doctest_helper",
    "chainer.testing.random",
    "chainer.training.extension",
    "chainer.training.extensions.snapshot_writers",
    "chainer.training.extensions.variable_statistics_plot",
    "chainer.types",
    "chainer.utils.argument",
    "chainer.utils.array",
    "chainer.utils.cache",
    "chainer.utils.conv",
    "chainer.utils.conv_nd",
    "chainer.utils.imgproc",
    "chainer.utils.meta",
    "chainer.utils.sparse",
    "chainer.utils.type_check",
    "chainer.variable",
    "chainer.warnings",
]
"""Modules that import names from elsewhere for their own use: only what they define counts."""

MODULES = [*PACKAGES, *SINGLE_FILES]
"""Those that scripts import names from. The file of each function, link, distribution ... is no row of its own."""

FORGOTTEN = {"absolute_import", "division", "chainerx", "TYPE_CHECKING", "config"}
"""Names that are in a module by accident."""


def public_names(module_name: str) -> list[str]:
    """The names of a module that belong to Chainer."""
    names = []
    for name, value in sorted(vars(importlib.import_module(module_name)).items()):
        made = isinstance(value, type | types.FunctionType)
        home = getattr(value, "__module__", "") or ""
        if name.startswith("_") or isinstance(value, types.ModuleType):
            continue
        if module_name.startswith("chainer.links.model.vision") and name in ("available", "concat_examples"):
            continue
        if name in FORGOTTEN and module_name not in ("chainer", "chainer.configuration"):
            continue
        if made and (not home.startswith("chainer") or (module_name in SINGLE_FILES and home != module_name)):
            continue
        if not made and (home == "__future__" or type(value).__module__ == "__future__"):
            continue
        names.append(name)
    return names


def names_defined_in(module_name: str) -> list[str]:
    """The classes and functions that a module defines itself."""
    values = vars(importlib.import_module(module_name)).items()
    return sorted(
        name
        for name, value in values
        if isinstance(value, type | types.FunctionType)
        and value.__module__ == module_name
        and not name.startswith("_")
    )


def modules_below(package_name: str) -> list[str]:
    """All modules of a package that can be imported without an extra and are no packages."""
    package = importlib.import_module(package_name)
    found = [info for info in pkgutil.walk_packages(package.__path__, package_name + ".") if not info.ispkg]
    return [info.name for info in found if "protobuf" not in info.name]


if __name__ == "__main__":
    found = {name: public_names(name) for name in MODULES}
    below = [*modules_below("chainer.functions"), *modules_below("chainer.links")]
    defined = {name: names for name in below if (names := names_defined_in(name))}
    for file, content in (("chainer_names.json", found), ("chainer_modules.json", defined)):
        pathlib.Path(__file__).with_name(file).write_text(json.dumps(content, indent=1) + "\n")
    print(", ".join(f"{name} {len(names)}" for name, names in found.items()))
