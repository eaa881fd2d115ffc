"""Special functions without the library that computes them."""

import sys

import numpy as np
import pytest

import engine.functions as F
from engine import Variable
from engine.utils.type_check import InvalidType


def test_without_scipy_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.special", None)
    with pytest.raises(ImportError, match=r"pip install 'bpdebug\[scipy\]'"):
        F.erf(np.zeros(3, "f4"))


def test_zeta_refuses_a_variable_that_would_get_no_gradient():
    x = np.full(3, 2.0, "f4")
    with pytest.raises(TypeError, match=r"pass x\.array"):
        F.zeta(Variable(x), x)


def test_polygamma_wants_whole_numbers():
    x = np.full(3, 2.0, "f4")
    with pytest.raises(InvalidType, match=r"n\.dtype\.kind == i"):
        F.polygamma(x, x)
