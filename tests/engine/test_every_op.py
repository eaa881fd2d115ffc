"""Every op of the engine, found by itself, goes through every check of the op tester."""

from __future__ import annotations

import importlib
import pkgutil

import op_tester
import pytest

from engine import functions
from engine.functions.op import every_op

OPS = [op for op in every_op() if op.__module__.startswith(functions.__name__)]


@pytest.mark.parametrize("check", op_tester.CHECKS)
@pytest.mark.parametrize("op", OPS, ids=lambda op: op.__name__)
def test_op(op: type, check: str) -> None:
    op_tester.CHECKS[check](op)


def test_every_op_is_found_without_a_list() -> None:
    in_files = set()
    for info in pkgutil.walk_packages(functions.__path__, functions.__name__ + "."):
        module = importlib.import_module(info.name)
        in_files |= {op for op in op_tester.defined_ops(module) if op.__module__ == info.name}
    assert in_files == set(OPS)
    assert len(OPS) >= 25


def test_two_ops_of_one_file_have_names_of_their_own() -> None:
    assert len({op.__name__ for op in OPS}) == len(OPS)
