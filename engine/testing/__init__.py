"""Helpers for test suites of functions, links, distributions and extensions, as Chainer's users import them.

Nothing of the engine imports this package; what needs pytest or SciPy asks for it when it is used.
"""

from __future__ import annotations

import sys

from . import (
    array,
    attr,
    backend,
    condition,
    distribution_test,
    doctest_helper,
    function_link,
    helper,
    matrix,
    parameterized,
    random,
    serializer,
    training,
    unary_math_function_test,
)
from .array import assert_allclose
from .backend import BackendConfig, inject_backend_tests
from .distribution_test import distribution_unittest
from .function_link import (
    FunctionTestCase,
    FunctionTestError,
    InitializerArgument,
    LinkInitializersTestCase,
    LinkTestCase,
    LinkTestError,
)
from .helper import assert_warns, patch, with_requires, without_requires
from .matrix import generate_matrix
from .parameterized import from_pytest_parameterize, parameterize, parameterize_pytest, product, product_dict
from .random import fix_random, generate_seed
from .serializer import save_and_load, save_and_load_hdf5, save_and_load_npz
from .training import get_trainer_with_mock_updater
from .unary_math_function_test import unary_math_function_unittest

__all__ = [
    "BackendConfig",
    "FunctionTestCase",
    "FunctionTestError",
    "InitializerArgument",
    "LinkInitializersTestCase",
    "LinkTestCase",
    "LinkTestError",
    "array",
    "assert_allclose",
    "assert_warns",
    "attr",
    "backend",
    "condition",
    "distribution_test",
    "distribution_unittest",
    "doctest_helper",
    "fix_random",
    "from_pytest_parameterize",
    "function_link",
    "generate_matrix",
    "generate_seed",
    "get_trainer_with_mock_updater",
    "helper",
    "inject_backend_tests",
    "matrix",
    "parameterize",
    "parameterize_pytest",
    "parameterized",
    "patch",
    "product",
    "product_dict",
    "random",
    "run_module",
    "save_and_load",
    "save_and_load_hdf5",
    "save_and_load_npz",
    "serializer",
    "training",
    "unary_math_function_test",
    "unary_math_function_unittest",
    "with_requires",
    "without_requires",
]


def run_module(name: str, file: str) -> None:
    """Run the tests of a file if it is run as a script; the last line of a test module.

    Args:
        name: the module's `__name__`.
        file: the module's `__file__`.
    """
    if name == "__main__":
        attr.check_available()
        sys.exit(attr.find_pytest().main([file, "-vvs", "-x", "--pdb"]))
