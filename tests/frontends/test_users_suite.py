"""A test suite written for Chainer runs on the engine by two lines in its conftest.py, as docs/testing.md says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "testing.md"

SUITE = """
import unittest

import numpy
import chainer
import chainer.functions as F
import pytest
from chainer import testing
from chainer.testing import attr, condition


@testing.parameterize(*testing.product({"shape": [(3, 4), ()], "dtype": [numpy.float32, numpy.float64]}))
@testing.fix_random()
@testing.inject_backend_tests(None, [{}, {"use_cuda": True, "cuda_device": 99}, {"use_ideep": "always"}])
class TestExp(testing.FunctionTestCase):
    def generate_inputs(self):
        return (numpy.asarray(numpy.random.uniform(-1, 1, self.shape)).astype(self.dtype),)

    def forward(self, inputs, device):
        return (F.exp(inputs[0]),)

    def forward_expected(self, inputs):
        return (numpy.exp(inputs[0]).astype(self.dtype),)


@testing.parameterize({"a": 1}, {"a": 2})
class TestPlain:
    @pytest.mark.parametrize("b", [1, 2])
    def test_together(self, b):
        assert self.a * b != 4

    @attr.multi_gpu(99)
    def test_many(self):
        assert False


class TestRetry(unittest.TestCase):
    @condition.retry(50)
    def test_seldom(self):
        assert numpy.random.rand() < 0.5


testing.run_module(__name__, __file__)
"""


def test_a_suite_runs_passes_skips_and_fails(tmp_path):
    (tmp_path / "conftest.py").write_text(re.search(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)[1])
    (tmp_path / "test_suite.py").write_text(SUITE)
    ran = run_pytest(tmp_path)
    assert "1 failed, 16 passed, 26 skipped" in ran.stdout, ran.stdout + ran.stderr
    assert "TestPlain.test_together failed with the parameters" in ran.stdout
    assert "a: 2" in ran.stdout


def test_a_longer_suite_that_passes_on_real_chainer_passes(tmp_path):
    (tmp_path / "conftest.py").write_text(re.search(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)[1])
    (tmp_path / "test_suite.py").write_text((HERE / "suite_in_chainers_style.py").read_text())
    ran = run_pytest(tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert re.search(r"\b11\d passed", ran.stdout), ran.stdout


def run_pytest(folder):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null", str(folder)],
        cwd=folder,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        timeout=120,
    )
